import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';
import type { JsonValue } from '../variables/definition.ts';

/** `unit`, `giver` and `input` are UUIDs: who gave it, and which input it sets. */
export type StoredCommand = Row<'commands'> & { unit: string; giver: string | null; input: string | null };
/** What is asked of a unit; `expiresIn` in seconds, `line` as it was typed. */
export type Order = { command: string; args: JsonValue[]; expiresIn: number; line?: string };
export type CommandStatus = StoredCommand['status'];

const selectCommands = (db: Db) =>
  db
    .selectFrom('commands')
    .innerJoin('units', 'units.id', 'commands.unitId')
    .leftJoin('users as givers', 'givers.id', 'commands.createdBy')
    .leftJoin('variables as inputs', 'inputs.id', 'commands.inputId')
    .selectAll('commands')
    .select(['units.uuid as unit', 'givers.uuid as giver', 'inputs.uuid as input']);

export async function insertCommand(db: Db, command: NewRow<'commands'>): Promise<void> {
  await db.insertInto('commands').values(command).execute();
}

export function commandByUuid(db: Db, uuid: string): Promise<(StoredCommand & { ownerId: number }) | undefined> {
  return selectCommands(db).select('units.ownerId').where('commands.uuid', '=', uuid).executeTakeFirst();
}

export function commandsByUuid(db: Db, uuids: readonly string[]): Promise<StoredCommand[]> {
  if (uuids.length === 0) return Promise.resolve([]);
  return selectCommands(db).where('commands.uuid', 'in', uuids).execute();
}

export function commandsOfUnit(db: Db, unitUuid: string, limit: number): Promise<StoredCommand[]> {
  return selectCommands(db).where('units.uuid', '=', unitUuid).orderBy('commands.id', 'desc').limit(limit).execute();
}

/** What a user gave to these units, newest first; with `before` what comes after that one in the list. */
export function commandsOfGiver(
  db: Db,
  userId: number,
  { unitIds, limit, before }: { unitIds: readonly number[]; limit: number; before: string | undefined },
): Promise<StoredCommand[]> {
  return selectCommands(db)
    .where('commands.createdBy', '=', userId)
    .where(sql<boolean>`commands.unit_id = any(${unitIds}::bigint[])`)
    .$if(before !== undefined, (query) =>
      query.where('commands.id', '<', (eb) =>
        eb
          .selectFrom('commands as last')
          .select('last.id')
          .where('last.uuid', '=', before ?? ''),
      ),
    )
    .orderBy('commands.id', 'desc')
    .limit(limit)
    .execute();
}

/** Messages a unit still has to get, oldest first: what was sent without a receipt may have been lost on the way. */
export function undelivered(db: Db, unitUuid: string): Promise<StoredCommand[]> {
  return selectCommands(db)
    .where('units.uuid', '=', unitUuid)
    .where('commands.isSet', '=', false)
    .where('commands.status', 'in', ['queued', 'sent'])
    .where('commands.expiresAt', '>', new Date())
    .orderBy('commands.id')
    .execute();
}

export async function countUndelivered(db: Db, unitId: number): Promise<number> {
  const counted = await db
    .selectFrom('commands')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('unitId', '=', unitId)
    .where('status', 'in', ['queued', 'sent'])
    .executeTakeFirstOrThrow();
  return counted.count;
}

/** The statuses a command may come from; receipts may arrive twice or out of order, and never bring one back. */
const before = {
  sent: ['queued'],
  received: ['queued', 'sent'],
  done: ['queued', 'sent', 'received'],
  failed: ['queued', 'sent', 'received'],
  cancelled: ['queued', 'sent'],
} as const satisfies Partial<Record<CommandStatus, readonly CommandStatus[]>>;

const timeOf = {
  sent: 'sentAt',
  received: 'receivedAt',
  done: 'finishedAt',
  failed: 'finishedAt',
  cancelled: 'finishedAt',
} as const;

/** `from`: the only status it may come from, instead of all that `to` may follow. */
export type Step = { uuid: string; unitUuid: string; to: keyof typeof before; detail?: string; from?: CommandStatus };

/** @returns the command as it is now; undefined when the unit has none with this id that may go on to this status */
export async function advance(db: Db, step: Step): Promise<StoredCommand | undefined> {
  const { uuid, unitUuid, to, detail, from } = step;
  const moved = await db
    .updateTable('commands')
    .from('units')
    .whereRef('units.id', '=', 'commands.unitId')
    .where('units.uuid', '=', unitUuid)
    .where('commands.uuid', '=', uuid)
    .where('commands.status', 'in', from ? [from] : [...before[to]])
    .set({ status: to, [timeOf[to]]: new Date(), ...(detail === undefined ? {} : { detail }) })
    .returning('commands.uuid')
    .executeTakeFirst();
  return moved && commandByUuid(db, uuid);
}

/** Whether the unit has this command in this status or beyond: a receipt that repeats is no mistake. */
export async function isKnown(db: Db, uuid: string, unitUuid: string): Promise<boolean> {
  const found = await selectCommands(db)
    .where('commands.uuid', '=', uuid)
    .where('units.uuid', '=', unitUuid)
    .executeTakeFirst();
  return found !== undefined;
}

export async function expireCommands(db: Db, now: Date): Promise<StoredCommand[]> {
  const expired = await db
    .updateTable('commands')
    .set({
      status: 'expired',
      finishedAt: now,
      detail: sql`case when is_set then ${expiredSet} else 'The time for it ran out.' end`,
    })
    .where('status', 'in', ['queued', 'sent', 'received'])
    .where('expiresAt', '<=', now)
    .returning('uuid')
    .execute();
  return commandsByUuid(
    db,
    expired.map(({ uuid }) => uuid),
  );
}

const expiredSet =
  'The unit did not take it in time. The value stays set: the unit gets it when it is back, unless a newer one is set.';

/** Sets that wait for their unit, oldest first. */
export function waitingSets(db: Db): Promise<StoredCommand[]> {
  return selectCommands(db)
    .where('commands.isSet', '=', true)
    .where('commands.status', 'in', ['queued', 'sent'])
    .orderBy('commands.id')
    .execute();
}

/** Ends sets from before this time whose value was never stored, because the instance ended in between. */
export async function failUnstored(db: Db, before: Date): Promise<StoredCommand[]> {
  const failed = await db
    .updateTable('commands')
    .from('currentValues')
    .whereRef('currentValues.variableId', '=', 'commands.inputId')
    .where('commands.status', '=', 'queued')
    .where('commands.isSet', '=', true)
    .where('commands.createdAt', '<', before)
    .where(({ or, eb, ref }) =>
      or([eb('currentValues.at', 'is', null), eb('currentValues.at', '<', ref('commands.valueAt'))]),
    )
    .set({ status: 'failed', finishedAt: new Date(), detail: 'The value was not stored: the instance ended before.' })
    .returning('commands.uuid')
    .execute();
  return commandsByUuid(
    db,
    failed.map(({ uuid }) => uuid),
  );
}

/** Keeps the newest of each unit. */
export async function dropOldCommands(db: Db, kept: number): Promise<void> {
  await sql`
    delete from commands using (
      select id, row_number() over (partition by unit_id order by id desc) as place from commands
      where status not in ('queued', 'sent', 'received')) as old
    where commands.id = old.id and old.place > ${kept}`.execute(db);
}
