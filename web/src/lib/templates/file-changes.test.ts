import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type File, fileChanges, type Line } from './file-changes.ts';

const file = (path: string, text: string | null, sha256 = String(text)): File => ({ path, text, sha256 });

test('files are added, removed, changed, or left out as they were', () => {
  const before = [file('gone.py', 'a\n'), file('same.py', 'b\n'), file('unit.py', 'pin = 4\nrest = 1\n')];
  const after = [file('fresh.py', 'x\ny\n'), file('same.py', 'b\n'), file('unit.py', 'pin = 5\nrest = 1\n')];
  expect(fileChanges(before, after)).toEqual([
    expect.objectContaining({ path: 'fresh.py', change: 'added', added: 2, removed: 0 }),
    expect.objectContaining({ path: 'gone.py', change: 'removed', added: 0, removed: 1 }),
    {
      ...{ path: 'unit.py', change: 'changed', added: 1, removed: 1 },
      parts: [
        [
          { sign: '-', before: 1, after: undefined, text: 'pin = 4' },
          { sign: '+', before: undefined, after: 1, text: 'pin = 5' },
          { sign: ' ', before: 2, after: 2, text: 'rest = 1' },
        ],
      ],
    },
  ]);
});

test('what is no text, or differs nearly everywhere, has no lines', () => {
  const lines = (word: string) => Array.from({ length: 1_500 }, (_, n) => `${word} ${n}`).join('\n');
  const [font, long] = fileChanges(
    [file('font.bin', null, '1'), file('long.txt', lines('old'))],
    [file('font.bin', null, '2'), file('long.txt', lines('new'))],
  );
  expect(font).toMatchObject({ change: 'changed', parts: null });
  expect(long).toMatchObject({ change: 'changed', parts: null });
});

test('the lines with their numbers are those of the old and of the new file', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 30 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after);
      const [change] = fileChanges([file('f', before)], [file('f', after)]);
      const lines = change?.parts?.flat() ?? [];
      const at = (text: string, number: number | undefined) => number && text.split('\n')[number - 1];
      const wrong = (line: Line) =>
        (line.before !== undefined && at(before, line.before) !== line.text) ||
        (line.after !== undefined && at(after, line.after) !== line.text);
      expect(lines.filter(wrong)).toEqual([]);
      expect(lines.filter(({ sign }) => sign !== ' ')).not.toEqual([]);
    }),
  );
});
