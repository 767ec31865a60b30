/** A piece of a line: plain, set as code, strong, or a link to another page. */
export type Span = { text: string; look: 'plain' | 'code' | 'strong' } | { text: string; look: 'link'; href: string };
export type Block =
  | { kind: 'heading'; level: number; spans: Span[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; items: Span[][] }
  | { kind: 'table'; rows: Span[][][] }
  | { kind: 'text'; spans: Span[] };

/**
 * The little Markdown that a README needs (headings, lists, tables, code, links), as data: what shows it writes texts
 * only, so nothing in a README becomes HTML. What is not understood stays as it was written.
 */
export function readmeBlocks(source: string): Block[] {
  const blocks: Block[] = [];
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  while (lines.length > 0) {
    if (lines[0]?.trim() === '') lines.shift();
    else blocks.push(takeCode(lines) ?? takeHeading(lines) ?? takeTable(lines) ?? takeList(lines) ?? takeText(lines));
  }
  return blocks;
}

const isFence = (line: string) => /^\s*(```|~~~)/.test(line);
const isItem = (line: string) => /^\s*([-*+]|\d+[.)])\s+/.test(line);
const isRow = (line: string) => /^\s*\|/.test(line);
const heading = /^(#{1,6})\s+(.*?)\s*#*$/;
const begins = (line: string) => isFence(line) || isItem(line) || isRow(line) || heading.test(line);

/** The lines from the top for as long as they fit; they are gone from `lines`. */
function takeWhile(lines: string[], fits: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end === -1 ? lines.length : end);
}

function takeCode(lines: string[]): Block | undefined {
  const [fence = ''] = lines;
  if (!isFence(fence)) return undefined;
  const mark = fence.trim().slice(0, 3);
  lines.shift();
  const text = takeWhile(lines, (line) => !line.trim().startsWith(mark)).join('\n');
  lines.shift();
  return { kind: 'code', text };
}

function takeHeading(lines: string[]): Block | undefined {
  const found = heading.exec(lines[0] ?? '');
  if (!found) return undefined;
  lines.shift();
  return { kind: 'heading', level: found[1]?.length ?? 1, spans: spansOf(found[2] ?? '') };
}

function takeTable(lines: string[]): Block | undefined {
  const rows = takeWhile(lines, isRow).filter((row) => !/^[\s|:-]+$/.test(row));
  if (rows.length === 0) return undefined;
  return { kind: 'table', rows: rows.map((row) => cellsOf(row).map(spansOf)) };
}

const cellsOf = (row: string) =>
  row
    .trim()
    .replace(/^\|/, '')
    .replace(/\|$/, '')
    .split('|')
    .map((cell) => cell.trim());

function takeList(lines: string[]): Block | undefined {
  if (!isItem(lines[0] ?? '')) return undefined;
  const items: string[] = [];
  for (const line of takeWhile(lines, (one) => one.trim() !== '' && (isItem(one) || !begins(one)))) {
    if (isItem(line)) items.push(line.replace(/^\s*([-*+]|\d+[.)])\s+/, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return { kind: 'list', items: items.map(spansOf) };
}

/** Lines up to an empty one; the first is taken in any case, so that each round takes something. */
function takeText(lines: string[]): Block {
  const first = lines.shift() ?? '';
  const rest = takeWhile(lines, (line) => line.trim() !== '' && !begins(line));
  return { kind: 'text', spans: spansOf([first, ...rest].map((line) => line.trim()).join(' ')) };
}

const marks = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g;

function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  const plain = (upTo: number) => {
    if (upTo > end) spans.push({ text: text.slice(end, upTo), look: 'plain' });
  };
  for (const found of text.matchAll(marks)) {
    const [whole, code, strong, label, href] = found;
    plain(found.index);
    end = found.index + whole.length;
    if (code !== undefined) spans.push({ text: code, look: 'code' });
    else if (strong !== undefined) spans.push({ text: strong, look: 'strong' });
    else spans.push({ text: label ?? '', look: 'link', href: href ?? '' });
  }
  plain(text.length);
  return spans;
}
