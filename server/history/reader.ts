import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { AppError, invalid } from '../errors.ts';
import { createTurns } from './turns.ts';

/** Of the pool's 10 connections: long readings leave the others to everything else. */
const atOnce = 4;
const mostWaiting = 100;

/** Runs the queries of history: a few at a time, read only, each statement within a time limit (milliseconds). */
export function createReader({ db, timeout = 15_000 }: { db: Db; timeout?: number }) {
  const turns = createTurns(atOnce, mostWaiting);

  /** @throws AppError 503 when the statement takes too long or too many wait already, 422 when a sum overflows */
  return async <T>(query: (tx: Db) => Promise<T>): Promise<T> => {
    using _turn = await turns.take();
    const transaction = db.transaction().setAccessMode('read only');
    return await transaction
      .execute(async (tx) => {
        await sql`select set_config('statement_timeout', ${String(timeout)}, true), set_config('jit', 'off', true)`.execute(
          tx,
        );
        return query(tx);
      })
      .catch((error: unknown) => {
        throw meaningOf(error, timeout);
      });
  };
}

export type Reader = ReturnType<typeof createReader>;

function meaningOf(error: unknown, timeout: number): unknown {
  const { code } = error as { code?: string };
  if (code === '57014') {
    const message = `Reading this took longer than ${timeout / 1_000} s: ask for a shorter time, or try again later.`;
    return new AppError(503, 'too-slow', message, { retryAfter: 60 });
  }
  if (code === '22003') return invalid('These values are too large to be added up.');
  return error;
}
