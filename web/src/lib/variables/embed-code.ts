const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');

/** HTML that shows a public variable in another page: its value and the line of its last day. */
export function embedCode(origin: string, id: string, title: string): string {
  return `<iframe src="${origin}/embed/variables/${id}" title="${escaped(title)}" width="320" height="140" loading="lazy" style="border:0"></iframe>`;
}
