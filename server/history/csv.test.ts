import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell } from './csv.ts';

describe('csvCell', () => {
  test.each([
    ['20.5', '20.5'],
    ['-3', '-3'],
    ['true', 'true'],
    ['null', ''],
    ['"plain"', 'plain'],
    ['"a,b"', '"a,b"'],
    ['"say \\"hi\\""', '"say ""hi"""'],
    ['"two\\nlines"', '"two\nlines"'],
    ['{"a": [1, "x"]}', '"{""a"": [1, ""x""]}"'],
    ['"=1+1"', "'=1+1"],
    ['"+49 30"', "'+49 30"],
    ['"-1"', "'-1"],
    ['"@SUM(A1,B1)"', '"\'@SUM(A1,B1)"'],
    ['" =1"', "' =1"],
    ['"\\t=1"', "'\t=1"],
    ['"＝1"', "'＝1"],
  ])('%s becomes %s', (json, cell) => {
    expect(csvCell(json)).toBe(cell);
  });

  test('whatever the text, a CSV reader gets it back, and no cell starts a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = readCell(csvCell(JSON.stringify(text)));
        expect(cell === text || cell === `'${text}`).toBe(true);
        expect(cell).not.toMatch(/^\s*[=+\-@]/);
      }),
    );
  });
});

/** One cell as RFC 4180 reads it. */
function readCell(cell: string): string {
  if (!cell.startsWith('"')) {
    expect(cell).not.toMatch(/[",\r\n]/);
    return cell;
  }
  const inner = cell.slice(1, -1);
  expect(inner.replaceAll('""', '')).not.toContain('"');
  return inner.replaceAll('""', '"');
}
