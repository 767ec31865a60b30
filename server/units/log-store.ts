import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import type { unitsContract } from './contract.ts';
import { contains } from './store.ts';

type Search = z.output<(typeof unitsContract)['GET /api/units/:id/log']['query']>;

/** Lines a unit logged, newest first: those older than `before` that hold the text, whatever its case. */
export function searchLog(db: Db, unitId: number, { search, level, before, limit }: Search) {
  return db
    .selectFrom('unitLog')
    .select(['id', 'at', 'level', 'text'])
    .where('unitId', '=', unitId)
    .$if(search !== '', (query) => query.where(contains('text', search)))
    .$if(level !== undefined, (query) => query.where('level', '=', level ?? ''))
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}
