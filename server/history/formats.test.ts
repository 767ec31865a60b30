import { describe, expect, test } from 'vitest';
import { type Format, formats } from './formats.ts';
import type { Question } from './question.ts';

const span = { from: 0, to: 1 };
const raw: Question = { span, limit: 10, aggregate: 'raw', every: undefined };
const envelope: Question = { span, limit: 10, aggregate: 'envelope', every: { text: '1m', length: 60_000 } };
const pages = [
  [
    { at: 1, cells: ['20.5'] },
    { at: 2, cells: ['"a,b"'] },
  ],
  [{ at: 3, cells: ['{"x": null}'] }],
];

const written = (format: Format, question: Question, points: typeof pages, isCut: boolean) =>
  format.head('some-uuid', question) +
  points.map((page, index) => format.points(page, index === 0)).join('') +
  format.tail(isCut);

describe('formats', () => {
  test('JSON is one document', () => {
    expect(JSON.parse(written(formats.json, raw, pages, true))).toEqual({
      variable: 'some-uuid',
      aggregate: 'raw',
      every: null,
      points: [
        [1, 20.5],
        [2, 'a,b'],
        [3, { x: null }],
      ],
      truncated: true,
    });
  });

  test('JSON without any point is a document too', () => {
    expect(JSON.parse(written(formats.json, envelope, [[]], false))).toMatchObject({ every: '1m', points: [] });
    expect(JSON.parse(written(formats.json, raw, [...pages, []], false)).points).toHaveLength(3);
  });

  test('CSV has a header line, times in UTC and CRLF', () => {
    expect(written(formats.csv, raw, pages, false)).toBe(
      'time,value\r\n1970-01-01T00:00:00.001Z,20.5\r\n1970-01-01T00:00:00.002Z,"a,b"\r\n1970-01-01T00:00:00.003Z,"{""x"": null}"\r\n',
    );
    const point = { at: 60_000, cells: ['2', '1', '3'] };
    expect(written(formats.csv, envelope, [[point]], false)).toBe(
      'time,mean,min,max\r\n1970-01-01T00:01:00.000Z,2,1,3\r\n',
    );
  });

  test('newline-delimited JSON is one point a line', () => {
    const lines = written(formats.ndjson, raw, pages, true).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      [1, 20.5],
      [2, 'a,b'],
      [3, { x: null }],
    ]);
  });
});
