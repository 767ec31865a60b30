import type { Commands } from '../commands/commands.ts';
import type { Db } from '../database/connection.ts';
import { conflict } from '../errors.ts';
import type { Templates, Usable } from '../templates/templates.ts';
import type { StoredUnit, Units } from '../units/units.ts';
import type { Person } from '../users/caller.ts';
import { updateProblem } from './manifest.ts';
import type { ProgramOf } from './program.ts';
import { openUpdate } from './store.ts';

type Deps = { units: Units; templates: Templates; commands: Commands; programOf: ProgramOf };
type Target = Pick<Usable, 'schema'> & { versionId: number };

/** A board may be away for as long as a holiday lasts (seconds). */
const commandLife = 30 * 86_400;

/** How an update over the air begins, alone or as one of several. */
export function createStarting({ units, templates, commands, programOf }: Deps) {
  const order = (tx: Db, unit: { id: number }, userId: number | null, command: string) =>
    commands.queue(tx, unit, userId, { command, args: [], expiresIn: commandLife });

  return {
    /** The version a unit has, and the one it is to have. @throws AppError 404, 409 it was not made from a template */
    async targetOf(tx: Db, caller: Person, unit: StoredUnit, version?: string) {
      const current = unit.templateVersionId === null ? undefined : await templates.version(tx, unit.templateVersionId);
      if (!current) throw conflict('This unit was not made from a template: there are no versions of its program.');
      return { current, target: await templates.usable(tx, caller, current.templateUuid, version) };
    },

    /** Why this unit cannot be updated now, one way or the other; undefined when it can. */
    async unitProblem(tx: Db, unit: StoredUnit, overTheAir: boolean): Promise<string | undefined> {
      if (unit.simulation !== null) return 'This unit is simulated: it has no board.';
      if (await openUpdate(tx, unit.id)) return 'An update is under way already: wait for it, or cancel it.';
      return overTheAir ? airProblem(unit) : undefined;
    },

    /** Why a version cannot come over the air. */
    async versionProblem(tx: Db, versionId: number): Promise<string | undefined> {
      const program = await programOf.of(versionId, tx);
      return program ? updateProblem(program) : 'This version is gone.';
    },

    airProblem,

    /** For whoever holds the unit's lock. @returns the command, to be dispatched after the commit. @throws AppError 409 */
    async begin(tx: Db, unit: StoredUnit, { schema }: Target, userId: number | null): Promise<string> {
      const command = await order(tx, unit, userId, 'update');
      await units.programChange.begin(tx, unit, schema);
      return command;
    },

    /** The same way for a new env.json. @throws AppError 409 an update is under way, or too many commands wait */
    async orderEnv(tx: Db, unit: { id: number }, userId: number): Promise<string> {
      const update = await openUpdate(tx, unit.id);
      if (update && update.status !== 'waiting') {
        throw conflict('An update of the program is under way: wait for it, or cancel it.');
      }
      return order(tx, unit, userId, 'env');
    },
  };
}

export type Starting = ReturnType<typeof createStarting>;

/** What keeps updates from coming over the air, whatever the version. */
function airProblem({ simulation, security, keysChanging }: StoredUnit): string | undefined {
  if (simulation !== null) return 'This unit is simulated: it has no board.';
  if (security === 'token') return 'Only a sealed unit can be updated over the air: load the program by hand.';
  return keysChanging ? 'New keys are on their way to the board: wait until it has taken them.' : undefined;
}
