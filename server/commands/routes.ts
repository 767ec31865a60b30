import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import type { JsonValue } from '../variables/definition.ts';
import { commandsContract } from './contract.ts';
import type { Order, StoredCommand } from './store.ts';

type Deps = {
  order: (caller: Person, unitUuid: string, order: Order) => Promise<StoredCommand>;
  list: (caller: Person, unitUuid: string) => Promise<StoredCommand[]>;
  own: (caller: Person, uuid: string) => Promise<StoredCommand>;
  cancel: (caller: Person, uuid: string) => Promise<StoredCommand>;
};

export const commandsRoutes = ({ order, list, own, cancel }: Deps) =>
  routes(commandsContract, {
    'POST /api/units/:id/commands': async ({ params, body, caller }) =>
      present(await order(caller, params.id, { ...body, args: body.args as JsonValue[] })),
    'GET /api/units/:id/commands': async ({ params, caller }) => (await list(caller, params.id)).map(present),
    'GET /api/commands/:id': async ({ params, caller }) => present(await own(caller, params.id)),
    'DELETE /api/commands/:id': async ({ params, caller }) => present(await cancel(caller, params.id)),
  });

const iso = (time: Date | null) => time?.toISOString() ?? null;

function present(command: StoredCommand) {
  return {
    id: command.uuid,
    unit: command.unit,
    command: command.command,
    args: command.args,
    status: command.status,
    detail: command.detail,
    createdAt: command.createdAt.toISOString(),
    sentAt: iso(command.sentAt),
    receivedAt: iso(command.receivedAt),
    finishedAt: iso(command.finishedAt),
    expiresAt: command.expiresAt.toISOString(),
  };
}
