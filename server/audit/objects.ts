import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { ObjectKind } from '../http/contract.ts';

/** What an act is done to, as it is now. */
export type AuditedObject = {
  kind: ObjectKind;
  uuid: string;
  name: string;
  ownerId: number | null;
  owner: string | null;
};

const ofVariable = sql`variables join units on units.id = variables.unit_id`;
const variableName = sql`units.name || '#' || variables.name`;

/** A grant is about its variable. A request keeps its own name: the asker must not learn whether what was asked for exists. */
const lookups: Record<ObjectKind, (uuid: string) => RawBuilder<unknown>> = {
  unit: (uuid) => sql`select 'unit' as kind, uuid, name, owner_id from units where uuid = ${uuid}`,
  variable: (uuid) => sql`
    select 'variable' as kind, variables.uuid, ${variableName} as name, units.owner_id
    from ${ofVariable} where variables.uuid = ${uuid}`,
  grant: (uuid) => sql`
    select 'variable' as kind, variables.uuid, ${variableName} as name, units.owner_id
    from ${ofVariable} join grants on grants.variable_id = variables.id where grants.uuid = ${uuid}`,
  request: (uuid) => sql`
    select 'request' as kind, access_requests.uuid, access_requests.address as name, units.owner_id
    from access_requests left join (${ofVariable}) on variables.id = access_requests.variable_id
    where access_requests.uuid = ${uuid}`,
  command: (uuid) => sql`
    select 'command' as kind, commands.uuid, units.name || ': ' || commands.command as name, units.owner_id
    from commands join units on units.id = commands.unit_id where commands.uuid = ${uuid}`,
  link: (uuid) => sql`
    select 'link' as kind, links.uuid, output.name || ' → ' || input.name as name, links.created_by as owner_id
    from links join variables as output on output.id = links.output_id join variables as input on input.id = links.input_id
    where links.uuid = ${uuid}`,
  endpoint: (uuid) => sql`
    select 'endpoint' as kind, endpoints.uuid, units.name || ': ' || endpoints.name as name, units.owner_id
    from endpoints join units on units.id = endpoints.unit_id where endpoints.uuid = ${uuid}`,
  template: (uuid) => sql`select 'template' as kind, uuid, name, owner_id from templates where uuid = ${uuid}`,
  // Several at once are ordered at a template. They concern who ordered them alone, not the template's owner.
  update: (uuid) => sql`
    select 'update' as kind, unit_updates.uuid, units.name || ': ' || unit_updates.to_label as name, units.owner_id
    from unit_updates join units on units.id = unit_updates.unit_id where unit_updates.uuid = ${uuid}
    union all
    select 'update' as kind, uuid, name, null as owner_id from templates where uuid = ${uuid}`,
  user: (uuid) => sql`select 'user' as kind, uuid, username as name, id as owner_id from users where uuid = ${uuid}`,
  session: (uuid) =>
    sql`select 'session' as kind, uuid, device as name, user_id as owner_id from sessions where uuid = ${uuid}`,
  token: (uuid) => sql`select 'token' as kind, uuid, name, user_id as owner_id from api_tokens where uuid = ${uuid}`,
  invite: (uuid) =>
    sql`select 'invite' as kind, uuid, note as name, created_by as owner_id from invites where uuid = ${uuid}`,
};

export async function findObject(db: Db, kind: ObjectKind, uuid: string): Promise<AuditedObject | undefined> {
  const found = await sql<AuditedObject>`
    select object.kind, object.uuid, object.name, object.owner_id, users.username as owner
    from (${lookups[kind](uuid)}) as object left join users on users.id = object.owner_id`.execute(db);
  return found.rows[0];
}

/** The kind of thing that an action is done to. */
export const kindOf = ({ action }: { action: string }) => action.slice(0, action.indexOf('.')) as ObjectKind;
