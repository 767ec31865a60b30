import { csvCell } from './csv.ts';
import type { Point } from './pages.ts';
import type { Question } from './question.ts';

/** How an answer is written, piece by piece, so that none of it has to be in memory as a whole. */
export type Format = {
  contentType: string;
  head: (variable: string, question: Question) => string;
  points: (points: Point[], isFirst: boolean) => string;
  tail: (isCut: boolean) => string;
};

/** One document: what it is about, `"points":[[<epoch ms>, value …] …]`, and whether it was cut off. */
const json: Format = {
  contentType: 'application/json; charset=utf-8',
  head: (variable, { aggregate, every }) => {
    const about = JSON.stringify({ variable, aggregate, every: every?.text ?? null });
    return `${about.slice(0, -1)},"points":[`;
  },
  points: (points, isFirst) => (isFirst || points.length === 0 ? '' : ',') + points.map(pair).join(','),
  tail: (isCut) => `],"truncated":${isCut}}`,
};

/** One `[<epoch ms>, value …]` a line. */
const ndjson: Format = {
  contentType: 'application/x-ndjson; charset=utf-8',
  head: () => '',
  points: (points) => points.map((point) => `${pair(point)}\n`).join(''),
  tail: () => '',
};

/** RFC 4180, with a header line; times are ISO 8601 in UTC. */
const csv: Format = {
  contentType: 'text/csv; charset=utf-8; header=present',
  head: (_, { aggregate }) => `time,${aggregate === 'envelope' ? 'mean,min,max' : 'value'}\r\n`,
  points: (points) => points.map(record).join(''),
  tail: () => '',
};

export const formats = { json, csv, ndjson };

const pair = ({ at, cells }: Point) => `[${at},${cells.join(',')}]`;
const record = ({ at, cells }: Point) => `${new Date(at).toISOString()},${cells.map(csvCell).join(',')}\r\n`;
