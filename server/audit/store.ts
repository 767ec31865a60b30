import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';

export type Act = Row<'audit'>;
type NewAct = NewRow<'audit'>;

/** @returns its id */
export async function insertAct(db: Db, act: NewAct): Promise<number> {
  return (await db.insertInto('audit').values(act).returning('id').executeTakeFirstOrThrow()).id;
}

/** Says how an act ended; `detail` is added to what is known. */
export async function endAct(
  db: Db,
  id: number,
  { detail, ...ended }: Partial<Omit<NewAct, 'detail'>> & { detail: { [name: string]: string | number } },
): Promise<void> {
  await db
    .updateTable('audit')
    .set({ ...ended, detail: sql`detail || ${JSON.stringify(detail)}::jsonb` })
    .where('id', '=', id)
    .execute();
}

/** One that came to nothing. */
export async function deleteAct(db: Db, id: number): Promise<void> {
  await db.deleteFrom('audit').where('id', '=', id).execute();
}

/** The newest acts before an id: of everybody, or those of a user and on what is theirs. */
export function readActs(
  db: Db,
  { reader, object, before, limit }: { reader?: number; object?: string; before?: number; limit: number },
): Promise<Act[]> {
  return (
    db
      .selectFrom('audit')
      .selectAll()
      .$if(reader !== undefined, (query) =>
        query.where(({ or, eb }) => or([eb('objectOwnerId', '=', reader ?? 0), eb('actorId', '=', reader ?? 0)])),
      )
      .$if(object !== undefined, (query) =>
        query.where(({ or, eb }) =>
          or([eb('objectUuid', '=', object ?? null), eb('objectUuid', 'in', partsOf(object ?? ''))]),
        ),
      )
      // What somebody was kept from is not found by what it is: that would tell that it exists.
      .$if(object !== undefined && reader !== undefined, (query) =>
        query.where(({ or, eb }) => or([eb('objectOwnerId', '=', reader ?? 0), eb('result', '=', 'ok')])),
      )
      .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
  );
}

/** What of a unit stands in the log by an id of its own: its variables, what was asked for them, its endpoints, commands and updates. */
const partsOf = (unit: string) => sql<string>`(
  with unit as (select id from units where uuid = ${unit}),
    parts as (select id, uuid from variables where unit_id in (select id from unit))
  select uuid from parts
  union all select uuid from access_requests where variable_id in (select id from parts)
  union all select uuid from endpoints where unit_id in (select id from unit)
  union all select uuid from commands where unit_id in (select id from unit)
  union all select uuid from unit_updates where unit_id in (select id from unit))`;

/**
 * Drops what is older, and of each owner all but the newest. Acts that were done and those that came to nothing are
 * counted apart: nobody can push out the former by trying in vain.
 */
export async function dropOldActs(db: Db, kept: { since: Date; done: number; vain: number }): Promise<void> {
  await db.deleteFrom('audit').where('at', '<', kept.since).execute();
  await sql`
    with owners as (
      select coalesce(object_owner_id, actor_id) as owner, result = 'ok' as is_done from audit
      group by 1, 2 having count(*) > case when result = 'ok' then ${kept.done}::int else ${kept.vain}::int end),
    old as (
      select id, is_done, row_number() over (partition by owner, is_done order by id desc) as place
      from audit join owners
        on coalesce(object_owner_id, actor_id) is not distinct from owner and (result = 'ok') = is_done)
    delete from audit using old
    where audit.id = old.id and old.place > case when is_done then ${kept.done}::int else ${kept.vain}::int end`.execute(
    db,
  );
}
