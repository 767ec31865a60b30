import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import { routes } from '../http/router.ts';
import type { Caller } from '../users/caller.ts';
import { historyContract } from './contract.ts';
import { type Format, formats } from './formats.ts';
import { isCut, type Page, readPages } from './pages.ts';
import { readQuestion } from './question.ts';
import type { Reader } from './reader.ts';

export type HistoryDeps = {
  db: Db;
  /** @throws AppError 404 when there is none, or the caller may not read it */
  readableVariable: (db: Db, caller: Caller, uuid: string) => Promise<{ id: number; uuid: string; name: string }>;
};

export const historyRoutes = ({ db, readableVariable, read }: HistoryDeps & { read: Reader }) =>
  routes(historyContract, {
    'GET /api/variables/:id/history': async ({ params, query, caller, ctx }): Promise<undefined> => {
      const variable = await readableVariable(db, caller, params.id);
      const question = readQuestion(query, Date.now());
      const format = formats[query.format ?? preferred(ctx)];
      const pages = readPages(read, variable.id, question);
      // The first page before the answer begins: what goes wrong can still be told as a problem.
      const first = await pages.next();
      if (first.value && (await isCut(read, variable.id, question, first.value))) ctx.set('Croft-Truncated', '1');
      if (format === formats.csv) ctx.attachment(`${variable.name}.csv`);
      ctx.set('Content-Type', format.contentType);
      const text = write(format, format.head(variable.uuid, question), first.value, pages);
      // A stream of bytes, so that at most one page waits for a slow client; Koa destroys it, and with it the reading, when the client leaves.
      ctx.body = Readable.from(text, { objectMode: false });
    },
  });

function preferred(ctx: Context): keyof typeof formats {
  ctx.vary('Accept');
  const type = ctx.accepts('application/json', 'text/csv', 'application/x-ndjson');
  if (type === 'text/csv') return 'csv';
  return type === 'application/x-ndjson' ? 'ndjson' : 'json';
}

async function* write(format: Format, head: string, first: Page | undefined, rest: AsyncIterable<Page>) {
  yield head + format.points(first?.points ?? [], true);
  let isCutOff = first?.more ?? false;
  for await (const page of rest) {
    yield format.points(page.points, false);
    isCutOff = page.more;
  }
  yield format.tail(isCutOff);
}
