import { structuredPatch } from 'diff';

export type Line = { sign: '+' | '-' | ' '; before: number | undefined; after: number | undefined; text: string };
export type FileChange = {
  path: string;
  change: 'added' | 'removed' | 'changed';
  added: number;
  removed: number;
  /** Parts of the file with a few lines around each change; null for what is no text, or differs nearly everywhere */
  parts: Line[][] | null;
};
/** text: null for what is no text */
export type File = { path: string; sha256: string; text: string | null };

/** Lines shown around a change. */
const context = 3;
/** Changed lines of one file: reading more helps nobody, and the time to find them grows with their square. */
const mostEdits = 2_000;

/** What became of each file, by its path; those that stayed as they were are left out. */
export function fileChanges(before: readonly File[], after: readonly File[]): FileChange[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const fresh = new Map(after.map((file) => [file.path, file]));
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .sort()
    .flatMap((path) => changeOf(path, old.get(path), fresh.get(path)) ?? []);
}

function changeOf(path: string, was: File | undefined, is: File | undefined): FileChange | undefined {
  if (was?.sha256 === is?.sha256) return undefined;
  const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
  const parts = was?.text === null || is?.text === null ? null : partsOf(was?.text ?? '', is?.text ?? '');
  const count = (sign: Line['sign']) => parts?.flat().filter((line) => line.sign === sign).length ?? 0;
  return { path, change, added: count('+'), removed: count('-'), parts };
}

function partsOf(before: string, after: string): Line[][] | null {
  const patch = structuredPatch('', '', before, after, '', '', { context, maxEditLength: mostEdits });
  return patch?.hunks.map(({ oldStart, newStart, lines }) => numbered(lines, oldStart, newStart)) ?? null;
}

/** Lines as a patch writes them, each with its number in the old and in the new file. */
function numbered(lines: readonly string[], oldStart: number, newStart: number): Line[] {
  let before = oldStart;
  let after = newStart;
  return lines.flatMap((line): Line[] => {
    const text = line.slice(1);
    if (line.startsWith('+')) return [{ sign: '+', before: undefined, after: after++, text }];
    if (line.startsWith('-')) return [{ sign: '-', before: before++, after: undefined, text }];
    // "\ No newline at end of file" is no line of it.
    return line.startsWith(' ') ? [{ sign: ' ', before: before++, after: after++, text }] : [];
  });
}
