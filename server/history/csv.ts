/**
 * A JSON text as a CSV cell (RFC 4180): text without its quotes, null as nothing, objects as JSON.
 * Text that a spreadsheet would run as a formula gets a `'` before it (OWASP, CSV injection).
 */
export function csvCell(json: string): string {
  if (json === 'null') return '';
  return quoted(json.startsWith('"') ? harmless(JSON.parse(json) as string) : json);
}

const harmless = (text: string) => (/^\s*[=+\-@\t\r\n＝＋－＠]/u.test(text) ? `'${text}` : text);
const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
