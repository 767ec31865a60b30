import type { z } from 'zod';
import { type Asker, narrower, owns } from '../access.ts';
import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { invalid, notFound } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { variablesContract } from './contract.ts';
import { compileCheck, type JsonValue } from './definition.ts';
import { type FoundVariable, type StoredVariable, updateVariable } from './store.ts';

/** Stores the value of an input (the journal's append) and sends it on to the unit; resolves with the time it was stored at. */
export type SetInput = (input: {
  unitId: number;
  unitUuid: string;
  variableId: number;
  variableUuid: string;
  value: JsonValue;
  /** The time of the value, epoch milliseconds, where the caller has taken it already (the journal's inputTime). */
  at?: number;
}) => Promise<Date>;

/** Told within the transaction that took away some of what could be read or set of these variables. */
export type AccessNarrowed = (tx: Db, narrowed: { variableIds: readonly number[] }) => Promise<void>;

type Change = z.output<(typeof variablesContract)['PATCH /api/variables/:id']['body']>;

type Deps = {
  db: Db;
  /** @throws AppError 404 */
  readable: (db: Db, caller: Asker, uuid: string) => Promise<FoundVariable>;
  /** @throws AppError 403, 404 */
  writable: (db: Db, caller: Asker, uuid: string) => Promise<FoundVariable>;
  setInput: SetInput;
  accessNarrowed: AccessNarrowed;
};

/** What owners do with their variables; those of others answer 404, unless they let the caller set them. */
export function createChangingVariables({ db, readable, writable, setInput, accessNarrowed }: Deps) {
  async function own(executor: Db, caller: Person, uuid: string): Promise<FoundVariable> {
    const found = await readable(executor, caller, uuid);
    if (!owns(caller, found.unit.ownerId)) throw notFound('variable');
    return found;
  }

  return {
    /** @throws AppError 404, 422 a deadband that cannot be */
    change: (caller: Person, uuid: string, change: Change): Promise<StoredVariable> =>
      db.transaction().execute(async (tx) => {
        const { variable, unit } = await own(tx, caller, uuid);
        const changed = { ...variable, ...withoutUndefined(change) };
        checkDeadband(changed);
        const { visibility, writePolicy, deadband } = changed;
        await updateVariable(tx, variable.id, { visibility, writePolicy, deadband });
        if (narrower(variable.visibility, visibility) !== variable.visibility) {
          await accessNarrowed(tx, { variableIds: [variable.id] });
        }
        await announce(tx, { unit: unit.uuid });
        return changed;
      }),

    /** @throws AppError 403 an output, 404, 422 a value that does not fit, 503 it could not be stored */
    async set(caller: Person, uuid: string, value: JsonValue): Promise<Date> {
      const { variable, unit } = await writable(db, caller, uuid);
      const problem = compileCheck(variable.definition)(value);
      if (problem !== undefined) throw invalid(`value: ${problem}`, [{ path: '/value', message: problem }]);
      return setInput({ unitId: unit.id, unitUuid: unit.uuid, variableId: variable.id, variableUuid: uuid, value });
    },
  };
}

export type ChangingVariables = ReturnType<typeof createChangingVariables>;

function withoutUndefined(change: Change): Change {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** A deadband is a distance between numbers. */
function checkDeadband({ writePolicy, deadband, definition: { type = 'number' } }: StoredVariable): void {
  if (writePolicy !== 'deadband') return;
  const isNumeric = type === 'number' || type === 'integer';
  const path = isNumeric ? '/deadband' : '/writePolicy';
  const message = isNumeric ? 'say how far a value must move to be kept' : `a deadband is for numbers, not for ${type}`;
  if (!isNumeric || deadband === null) throw invalid(`${path.slice(1)}: ${message}`, [{ path, message }]);
}
