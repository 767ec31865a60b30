import { readBuckets } from './bucket-store.ts';
import type { PeriodQuestion, Question, RawQuestion } from './question.ts';
import type { Reader } from './reader.ts';
import { cellOf, hasMoreThan, type Place, readEvents } from './store.ts';

/** A moment in epoch milliseconds with what was measured, as JSON texts (three for an envelope, else one). */
export type Point = { at: number; cells: string[] };
/** `more`: there are points after these, within the question or beyond its limit. */
export type Page = { points: Point[]; more: boolean };

/** So many rows lie in memory for one reader, whatever the answer's length. */
const rowsOfPage = 5_000;

/** The answer to a question, in pages that are read when they are asked for; the last one's `more` says it was cut off. */
export async function* readPages(
  read: Reader,
  variableId: number,
  question: Question,
): AsyncGenerator<Page, undefined> {
  if (question.aggregate === 'raw') yield* rawPages(read, variableId, question);
  else yield await bucketPage(read, variableId, question);
}

async function* rawPages(
  read: Reader,
  variableId: number,
  { span, limit }: RawQuestion,
): AsyncGenerator<Page, undefined> {
  let after: Place | undefined;
  for (let left = limit; left > 0; ) {
    const size = Math.min(rowsOfPage, left);
    const { events, more } = await read((tx) => readEvents(tx, variableId, span, after, size));
    yield { points: events.map((event) => ({ at: Math.floor(event.at / 1_000), cells: [cellOf(event)] })), more };
    if (!more) return;
    after = events.at(-1);
    left -= events.length;
  }
}

async function bucketPage(read: Reader, variableId: number, question: PeriodQuestion): Promise<Page> {
  const { buckets, more } = await read((tx) => readBuckets(tx, variableId, question));
  return { points: buckets.map(({ start, cells }) => ({ at: start, cells })), more };
}

/** Whether the whole answer will be cut off, known from its first page on. */
export async function isCut(read: Reader, variableId: number, question: Question, first: Page): Promise<boolean> {
  if (!first.more || question.aggregate !== 'raw') return first.more;
  return read((tx) => hasMoreThan(tx, variableId, question.span, question.limit));
}
