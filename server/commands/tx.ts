import { v7 as uuidv7 } from 'uuid';
import { invalid } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { StoredVariable } from '../variables/variables.ts';
import type { Addressed, Place } from './address.ts';
import { LineError } from './characters.ts';
import { type Completion, completeAddress, joinCompletions } from './completion.ts';
import { readLine } from './line.ts';
import type { Receipt, TxRequest } from './routes.ts';
import type { Sets } from './sets.ts';
import type { Order, StoredCommand } from './store.ts';
import { boardCommands, type CommandedUnit, completeCommand, type Understood, understand } from './understanding.ts';

/** A unit that somebody may command; `id` is its UUID. */
export type Addressable = Addressed & {
  unitId: number;
  /** Of others' units nothing but the granted inputs is known. */
  isOwn: boolean;
  isVirtual: boolean;
  security: 'sealed' | 'token';
};

type Deps = {
  addressable: (caller: Person) => Promise<Addressable[]>;
  /** The inputs that the caller may set. */
  settableInputs: (caller: Person, unit: Addressable) => Promise<StoredVariable[]>;
  sets: Sets;
  send: (unit: { id: number; uuid: string }, userId: number, order: Order) => Promise<StoredCommand>;
  /** @throws AppError 409 when too many wait for the unit */
  expectRoom: (unitId: number) => Promise<void>;
};

type Meant = { unit: Addressable; understood: Understood; inputs: StoredVariable[]; isTest: boolean };

/** Lines that people type: what they mean, and doing it. */
export function createTx({ addressable, settableInputs, sets, send, expectRoom }: Deps) {
  async function read(caller: Person, { line, here }: Pick<TxRequest, 'line' | 'here'>): Promise<Meant> {
    const { unit, isTest, ...words } = readLine(line, await addressable(caller), placeOf(caller, here));
    const inputs = await settableInputs(caller, unit);
    return { unit, inputs, isTest, understood: understand(commanded(unit, inputs, caller), words) };
  }

  return {
    /** @throws AppError 409 too many wait for the unit, 422 with the place of the fault, 503 it could not be stored */
    async run(caller: Person, request: TxRequest): Promise<Receipt> {
      const { unit, inputs, isTest, understood } = await read(caller, request).catch(explain);
      const { line, expiresIn } = request;
      if (isTest) {
        await expectRoom(unit.unitId);
        return dryRun(unit, understood, request);
      }
      if (understood.does === 'send') {
        const { command, args } = understood;
        return send({ id: unit.unitId, uuid: unit.id }, caller.userId, { command, args, expiresIn, line });
      }
      const { input, value } = understood;
      const variable = inputs.find(({ id }) => id === input.id);
      if (!variable) throw new Error(`the input ${input.uuid} is none of its unit`);
      return sets.order(unit, variable, { value, userId: caller.userId, line, expiresIn });
    },

    async complete(caller: Person, { line, here }: { line: string; here: string }): Promise<Completion> {
      const { behind, ...address } = completeAddress(line, await addressable(caller), placeOf(caller, here));
      if (!behind) return address;
      const unit = commanded(behind.unit, await settableInputs(caller, behind.unit), caller);
      return joinCompletions(line, address, behind.from, completeCommand(unit, behind.typed));
    },
  };
}

/** `/home/`, `home` and `/home` are the same place. */
function placeOf({ username }: Person, here: string): Place {
  const names = here.replaceAll(/^\/+|\/+$/g, '');
  return { username, here: names === '' ? '' : `/${names}` };
}

/** A simulation takes values alone; a device with its own program any command, a sealed board also those of its firmware. */
function commanded({ owner, path, isOwn, isVirtual, security }: Addressable, inputs: StoredVariable[], caller: Person) {
  const hearsOthers = isOwn && !isVirtual;
  const unit: CommandedUnit = {
    address: owner === caller.username ? path : `${owner}:${path}`,
    inputs,
    commands: hearsOthers && security === 'sealed' ? boardCommands : [],
    hearsOthers,
  };
  return unit;
}

function explain(error: unknown): never {
  if (!(error instanceof LineError)) throw error;
  const { message, at } = error;
  throw invalid(message, [{ path: '/line', message, at }]);
}

/** Nothing is stored and nothing moves; the receipt says what would have happened. */
function dryRun({ id: unit }: Addressable, understood: Understood, { line, expiresIn }: TxRequest): Receipt {
  const { command, args } = told(understood);
  const now = new Date();
  return {
    ...{ uuid: uuidv7(), unit, line, command, args, status: 'done', isTest: true },
    detail: understood.does === 'set' ? `${args.map(shown).join(' would be set to ')}.` : `${command} would be sent.`,
    ...{ createdAt: now, sentAt: null, receivedAt: null, finishedAt: now },
    expiresAt: new Date(now.getTime() + expiresIn * 1000),
  };
}

function told(understood: Understood): { command: string; args: JsonValue[] } {
  if (understood.does === 'send') return understood;
  return { command: 'set', args: [understood.input.name, understood.value] };
}

const shown = (part: JsonValue, index: number) => (index === 0 ? String(part) : JSON.stringify(part));
