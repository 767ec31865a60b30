import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLine } from '../../../../server/commands/line.ts';
import { completed, dryRunOf, isLine, optionLabel } from './line.ts';

test.each(['tx ', 'tx /home', '  tx Lamp', '/home', '"/home/My lamp" on', 'ada:/Lamp', '--test /Lamp'])(
  '%j is a line',
  (text) => expect(isLine(text)).toBe(true),
);
test.each(['', 'tx', 'txt', 'lamp', 'Back yard/Lamp', 'a b:/', '12:30'])('%j is a search', (text) =>
  expect(isLine(text)).toBe(false),
);

test.each([
  ['tx /Lamp on true', 'tx --test /Lamp on true'],
  ['/Lamp title a\\', 'tx --test /Lamp title a\\'],
  ['tx', 'tx --test '],
  ['  tx   --test /Lamp on', '  tx   --test /Lamp on'],
])('%j is tried as %j', (typed, line) => expect(dryRunOf(typed).line).toBe(line));

test('whatever is understood as a line is understood as a dry run of the same', () => {
  const lamp = { id: '1', owner: 'ada', path: '/Lamp' };
  const read = (line: string) => {
    const { words, end, isTest } = readLine(line, [lamp], { username: 'ada', here: '' });
    return { end, isTest, words };
  };
  const piece = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('"', '\\', ' ', '--test', '{', '"a b"', 'on'));
  const typed = fc.tuple(fc.constantFrom('', 'tx ', '  tx  ', 'tx --test '), fc.array(piece, { maxLength: 6 }));
  fc.assert(
    fc.property(typed, ([head, pieces]) => {
      const line = `${head}/Lamp ${pieces.join('')}`;
      const { line: tried, placeOf } = dryRunOf(line);
      const [plain, test] = [attempt(() => read(line)), attempt(() => read(tried))];
      if (!test.ok) {
        expect([test.fault.message, placeOf(test.fault.at)]).toEqual(
          plain.ok ? [] : [plain.fault.message, plain.fault.at],
        );
      } else {
        expect(test.value.isTest).toBe(true);
        const words = plain.ok && plain.value.words;
        expect(test.value.words.map((word) => ({ ...word, at: placeOf(word.at) }))).toEqual(words);
      }
    }),
    { numRuns: 500 },
  );
});

function attempt<T>(run: () => T) {
  try {
    return { ok: true as const, value: run() };
  } catch (error) {
    return { ok: false as const, fault: error as { message: string; at: number } };
  }
}

test.each([
  ['tx /ho|', 3, '/home/', 'tx /home/|'],
  ['tx /home/Gar| on true', 3, '/home/Garage ', 'tx /home/Garage |on true'],
  ['tx /home/Al|arm set lamp', 3, '/home/Alarm ', 'tx /home/Alarm |set lamp'],
  ['tx /home/|Lump| on true', 3, '/home/Lamp ', 'tx /home/Lamp |on true'],
  ['lamp |maybe|', 5, 'true', 'lamp true|'],
  ['tx /a "b|', 3, '/a \\"b\\" ', 'tx /a \\"b\\" |'],
])('%s is completed', (before, from, option, after) => {
  const caret = before.indexOf('|');
  const typed = { text: before.replaceAll('|', ''), caret, end: Math.max(caret, before.lastIndexOf('|') - 1) };
  const { text, caret: at } = completed(typed, { from, option });
  expect(`${text.slice(0, at)}|${text.slice(at)}`).toBe(after);
});

test.each([
  ['/home/Back yard/', '/home/Ba', 'Back yard/'],
  ['/home/Back yard/', '', '/home/Back yard/'],
  ['/home/Back yard/', '/', 'home/Back yard/'],
  ['/home/Alarm set ', '/home/Alarm ', 'Alarm set'],
  ['set warm white ', 'set wa', 'warm white'],
  ['warm white 5', 'warm white ', '5'],
  ['true', '', 'true'],
])('%j behind %j is called %j', (option, typed, label) => expect(optionLabel(option, typed)).toBe(label));
