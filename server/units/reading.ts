import type { z } from 'zod';
import { owns } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Caller, Person } from '../users/caller.ts';
import type { PresenceOf, StoredVariable, Variables } from '../variables/variables.ts';
import type { unitsContract } from './contract.ts';
import type { UnitKeyring } from './keys.ts';
import { seenUnits, type Which } from './seen-store.ts';
import {
  addressedUnits,
  countUnits,
  lockUnit,
  type StoredUnit,
  searchUnits,
  templateOf,
  unitByUuid,
  unitsOfOwner,
} from './store.ts';
import { presentOwnUnit, presentUnit, type UnitView } from './view.ts';

type Deps = { db: Db; sectors: Sectors; variables: Variables; presenceOf: PresenceOf; keyring: UnitKeyring };
type Explore = z.output<(typeof unitsContract)['GET /api/explore']['query']>;

/** Units as callers may see them: the owner everything, others the variables that are shown or granted to them. */
export function createReading({ db, sectors, variables, presenceOf, keyring }: Deps) {
  /** Gathers what the page of each unit needs; `shown` chooses the variables: all of them, or those with these ids. */
  async function views(units: StoredUnit[], shown: 'all' | ((unitIds: number[]) => Promise<Set<number>>)) {
    const owners = [...new Set(units.map(({ ownerId }) => ownerId))];
    const ids = units.map(({ id }) => id);
    const [ofUnits, shownIds, pathOf] = await Promise.all([
      variables.ofUnits(db, ids),
      shown === 'all' ? undefined : shown(ids),
      sectors.paths(db, ...owners),
    ]);
    return units.map((unit): UnitView => {
      const all = ofUnits.get(unit.id) ?? [];
      const path = unit.sectorId === null ? '' : (pathOf.get(unit.sectorId) ?? '');
      const presence = presenceOf({ ...unit, interval: smallestInterval(all) });
      return { unit, variables: all.filter(({ id }) => shownIds?.has(id) ?? true), path, presence };
    });
  }

  async function viewFor(caller: Caller, unit: StoredUnit): Promise<UnitView | undefined> {
    const [view] = await views([unit], (ids) => variables.readableIds(db, caller, ids));
    return owns(caller, unit.ownerId) || view?.variables.length ? view : undefined;
  }

  async function presentedOwn(view: UnitView) {
    const { templateVersionId } = view.unit;
    return presentOwnUnit(view, templateVersionId === null ? null : await templateOf(db, templateVersionId), keyring);
  }

  function expectOwn(caller: Person, unit: StoredUnit | undefined): StoredUnit {
    if (!unit || !owns(caller, unit.ownerId)) throw notFound('unit');
    return unit;
  }

  const own = async (caller: Person, uuid: string) => expectOwn(caller, await unitByUuid(db, uuid));

  return {
    /** @throws AppError 404 also for units of others, seen or not */
    own,

    /** Like `own`, and nobody else changes the unit until the transaction ends. */
    lockOwn: async (tx: Db, caller: Person, uuid: string) => expectOwn(caller, await lockUnit(tx, uuid)),

    /** A unit in full, as its owner sees it. */
    async showOwn(caller: Person, uuid: string) {
      const view = await viewFor(caller, await own(caller, uuid));
      if (!view) throw notFound('unit');
      return presentedOwn(view);
    },

    async show(caller: Caller, uuid: string) {
      const unit = await unitByUuid(db, uuid);
      const view = unit && (await viewFor(caller, unit));
      if (!view) throw notFound('unit');
      return owns(caller, view.unit.ownerId) ? presentedOwn(view) : presentUnit(view, false);
    },

    /** The units that the caller may command, with their paths. */
    async addressed(caller: Person) {
      const units = await addressedUnits(db, caller);
      const owners = [...new Set(units.map(({ ownerId }) => ownerId))];
      const pathOf = await sectors.paths(db, ...owners);
      return units.map(({ id: unitId, uuid: id, owner, ownerId, name, sectorId, simulation, security }) => {
        const path = `${sectorId === null ? '' : pathOf.get(sectorId)}/${name}`;
        return { id, unitId, owner, path, isOwn: owns(caller, ownerId), isVirtual: simulation !== null, security };
      });
    },

    async listOwn(caller: Person) {
      const found = await views(await unitsOfOwner(db, caller.userId), 'all');
      return found.map((view) => presentUnit(view, true));
    },

    /** Those of them that the caller sees something of, ordered by name: at most `limit`. */
    async seen(caller: Caller, which: Which & { limit: number }) {
      const units = await seenUnits(db, caller, which);
      const found = await views(units, (ids) => variables.readableIds(db, caller, ids));
      return found.map((view) => presentUnit(view, owns(caller, view.unit.ownerId)));
    },

    /** The caller's own units are among them as others see them. */
    async explore(caller: Caller, { search, limit, offset }: Explore) {
      const request = { caller, text: search.trim(), limit, offset };
      const [units, total] = await Promise.all([searchUnits(db, request), countUnits(db, request)]);
      const found = await views(units, (ids) => variables.sharedIds(db, caller, ids));
      return { units: found.map((view) => presentUnit(view, owns(caller, view.unit.ownerId))), total };
    },
  };
}

export type Reading = ReturnType<typeof createReading>;

function smallestInterval(variables: StoredVariable[]): number | undefined {
  const intervals = variables.flatMap(({ direction, definition: { interval } }) =>
    direction === 'output' && interval !== undefined ? [interval] : [],
  );
  return intervals.length > 0 ? Math.min(...intervals) : undefined;
}
