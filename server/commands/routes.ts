import type { z } from 'zod';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Completion } from './completion.ts';
import { commandsContract } from './contract.ts';
import type { Order, StoredCommand } from './store.ts';

/** A command as its giver sees it; a dry run was never stored. */
export type Receipt = Omit<
  StoredCommand,
  'id' | 'unitId' | 'createdBy' | 'giver' | 'isSet' | 'inputId' | 'input' | 'valueAt' | 'previous'
> & { isTest?: boolean };

export type TxRequest = z.output<(typeof commandsContract)['POST /api/tx']['body']>;
type Query<K extends 'GET /api/tx/completion' | 'GET /api/commands'> = z.output<(typeof commandsContract)[K]['query']>;

type Deps = {
  run: (caller: Person, request: TxRequest) => Promise<Receipt>;
  complete: (caller: Person, query: Query<'GET /api/tx/completion'>) => Promise<Completion>;
  mine: (caller: Person, query: Query<'GET /api/commands'>) => Promise<Receipt[]>;
  order: (caller: Person, unitUuid: string, order: Order) => Promise<Receipt>;
  list: (caller: Person, unitUuid: string) => Promise<Receipt[]>;
  own: (caller: Person, uuid: string) => Promise<Receipt>;
  cancel: (caller: Person, uuid: string) => Promise<Receipt>;
};

export const commandsRoutes = ({ run, complete, mine, order, list, own, cancel }: Deps) =>
  routes(commandsContract, {
    'POST /api/tx': async ({ body, caller }) => present(await run(caller, body)),
    'GET /api/tx/completion': ({ query, caller }) => complete(caller, query),
    'GET /api/commands': async ({ query, caller }) => (await mine(caller, query)).map(present),
    'POST /api/units/:id/commands': async ({ params, body, caller }) =>
      present(await order(caller, params.id, { ...body, args: body.args as JsonValue[] })),
    'GET /api/units/:id/commands': async ({ params, caller }) => (await list(caller, params.id)).map(present),
    'GET /api/commands/:id': async ({ params, caller }) => present(await own(caller, params.id)),
    'DELETE /api/commands/:id': async ({ params, caller }) => present(await cancel(caller, params.id)),
  });

const iso = (time: Date | null) => time?.toISOString() ?? null;

function present(command: Receipt) {
  return {
    id: command.uuid,
    unit: command.unit,
    line: command.line,
    command: command.command,
    args: command.args,
    status: command.status,
    isTest: command.isTest ?? false,
    detail: command.detail,
    createdAt: command.createdAt.toISOString(),
    sentAt: iso(command.sentAt),
    receivedAt: iso(command.receivedAt),
    finishedAt: iso(command.finishedAt),
    expiresAt: command.expiresAt.toISOString(),
  };
}
