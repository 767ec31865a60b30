import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';
import type { KeyResult } from './weighing.ts';

/** Kept of each endpoint: so many, and bytes of them. */
const [mostKept, mostBytes] = [100, 512 * 1024];
/** Seconds after which nothing in this process or another can still be storing the values of one: commits have a minute. */
const surelyOver = 120;

const shown = [
  'submissions.id',
  'submissions.uuid',
  'submissions.endpointId',
  'submissions.at',
  'submissions.address',
  'submissions.contentType',
  'submissions.size',
  'submissions.isTest',
  'submissions.outcome',
  'submissions.detail',
  'submissions.results',
  'submissions.isPending',
] as const;

type ShownRow = Pick<Row<'submissions'>, 'id' | 'uuid' | 'endpointId' | 'at' | 'address' | 'contentType' | 'size'> &
  Pick<Row<'submissions'>, 'isTest' | 'outcome' | 'detail' | 'isPending'>;
/** A submission without its headers and bytes. */
export type StoredSubmission = ShownRow & { results: KeyResult[] };

// Results are written by us alone, in this shape.
const typed = <T extends { results: unknown }>(row: T) => ({ ...row, results: row.results as KeyResult[] });

/** @returns its id */
export async function insertSubmission(tx: Db, submission: NewRow<'submissions'>): Promise<number> {
  return (await tx.insertInto('submissions').values(submission).returning('id').executeTakeFirstOrThrow()).id;
}

/** Drops what is past the newest of an endpoint; never one whose values may be on their way. */
export async function trimSubmissions(tx: Db, endpointId: number): Promise<void> {
  await sql`
    delete from submissions where id in (
      select id from submissions
      where id in (
        select id from (
          select id, row_number() over newest as place, sum(bytes) over newest as total
          from submissions where endpoint_id = ${endpointId} window newest as (order by id desc)) as counted
        where place > ${mostKept} or (total > ${mostBytes} and place > 1))
      and (not is_pending or at < now() - make_interval(secs => ${surelyOver}))
      for update skip locked)`.execute(tx);
}

/**
 * Notes that a signature was used, and forgets those whose time is over. One that came before is taken over when the
 * instance stopped before its values were stored.
 * @returns false when it came before
 */
export async function noteSignature(tx: Db, used: NewRow<'endpointSignatures'>): Promise<boolean> {
  await tx
    .deleteFrom('endpointSignatures')
    .where('endpointId', '=', used.endpointId)
    .where('expiresAt', '<', sql<Date>`now()`)
    .execute();
  const noted = await sql`
    insert into endpoint_signatures as known (endpoint_id, signature, submission, expires_at)
    values (${used.endpointId}, ${used.signature}, ${used.submission}, ${used.expiresAt})
    on conflict (endpoint_id, signature) do update set submission = excluded.submission
    where exists (
      select from submissions where uuid = known.submission and is_pending
        and at < now() - make_interval(secs => ${surelyOver}))
    returning known.submission`.execute(tx);
  return noted.rows.length > 0;
}

/** The submission that a signature came with; one that is kept no longer was finished. */
export async function signedBefore(db: Db, endpointId: number, signature: Buffer) {
  const found = await db
    .selectFrom('endpointSignatures as used')
    .leftJoin('submissions', 'submissions.uuid', 'used.submission')
    .select(['used.submission as uuid', 'submissions.isPending', 'submissions.outcome', 'submissions.detail'])
    .select('submissions.results')
    .where('used.endpointId', '=', endpointId)
    .where('used.signature', '=', signature)
    .executeTakeFirst();
  return found && typed(found);
}

export async function submissionsOf(db: Db, endpointId: number): Promise<StoredSubmission[]> {
  const rows = await db
    .selectFrom('submissions')
    .select(shown)
    .where('endpointId', '=', endpointId)
    .orderBy('id', 'desc')
    .limit(mostKept)
    .execute();
  return rows.map(typed);
}

/** One with everything, of this owner. */
export async function ownSubmission(db: Db, ownerId: number, uuid: string) {
  const row = await db
    .selectFrom('submissions')
    .innerJoin('endpoints', 'endpoints.id', 'submissions.endpointId')
    .innerJoin('units', 'units.id', 'endpoints.unitId')
    .select([...shown, 'submissions.headers', 'submissions.body'])
    .where('submissions.uuid', '=', uuid)
    .where('units.ownerId', '=', ownerId)
    .executeTakeFirst();
  return row && typed(row);
}
