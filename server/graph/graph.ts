import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { conflict } from '../errors.ts';
import type { Links } from '../links/links.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Units } from '../units/units.ts';
import type { Caller, Person } from '../users/caller.ts';
import type { graphContract } from './contract.ts';
import { presentOwnLink, presentUnit, type SeenUnit } from './present.ts';
import { graphRoutes } from './routes.ts';
import {
  addUnit,
  type Canvas,
  countPlaced,
  lockCanvases,
  type Placed,
  placedOn,
  savePositions,
  takeOffUnit,
} from './store.ts';

type Deps = {
  db: Db;
  sectors: Sectors;
  units: Units;
  links: Links;
  findUser: (db: Db, username: string) => Promise<{ id: number } | undefined>;
  /** By address or UUID. @throws AppError 404, 422; `part` is where it stands in the request */
  seenUnit: (db: Db, caller: Person, text: string, part: string) => Promise<{ id: number; uuid: string }>;
};
type Layout = z.output<(typeof graphContract)['PUT /api/graph/positions']['body']>;
type Wish = z.output<(typeof graphContract)['POST /api/graph/units']['body']>;

/** More than fit a page; what is cut is said (`isWhole`), and a sector has a canvas of its own. */
const mostUnits = 1_000;
const mostAdded = 200;
/** Units that were moved or added on one canvas, those included that its user no longer sees. */
const mostPlaced = 5_000;

/** The units and links of a user as a picture, and where things stand on it. */
export function createGraph({ db, sectors, units, links, findUser, seenUnit }: Deps) {
  /** @throws AppError 404 a sector that is not the caller's */
  async function open(executor: Db, { userId }: Person, sector: string | null) {
    const { paths, place } = await sectors.within(executor, userId, sector);
    const canvas: Canvas = { userId, sectorId: place?.id ?? null };
    const placed = new Map((await placedOn(executor, canvas)).map((one) => [one.unit, one]));
    return { canvas, paths, sectorUuids: place?.uuids, placed };
  }

  /** The units of others at the visible ends of links; a hidden end must not tell which unit it belongs to. */
  async function linkedTo(caller: Person, shown: readonly SeenUnit[], found: Awaited<ReturnType<Links['list']>>) {
    const known = new Set(shown.map(({ id }) => id));
    const ends = found.flatMap(({ output, input }) => [output, input]);
    const foreign = ends.flatMap(({ owner, unit }) => (unit && owner !== caller.username ? [unit.id] : []));
    const missing = [...new Set(foreign)].filter((id) => !known.has(id));
    return missing.length === 0 ? [] : units.seen(caller, { uuids: missing, limit: mostUnits });
  }

  async function canvas(caller: Person, sector: string | null) {
    const { paths, sectorUuids, placed } = await open(db, caller, sector);
    const [base, all] = await Promise.all([
      units.seen(caller, {
        ownerId: caller.userId,
        sectors: sectorUuids,
        uuids: addedOf(placed),
        limit: mostUnits + 1,
      }),
      links.list(caller, {}),
    ]);
    const onCanvas = new Set(base.map(({ id }) => id));
    const isThere = ({ unit }: (typeof all)[number]['output']) => unit !== null && onCanvas.has(unit.id);
    const found = sector === null ? all : all.filter(({ output, input }) => isThere(output) || isThere(input));
    const shown = [...base, ...(await linkedTo(caller, base, found))];
    return {
      units: shown.slice(0, mostUnits).map((unit) => presentUnit(unit, { caller, paths, placed: placed.get(unit.id) })),
      links: found.map(presentOwnLink),
      isEditable: true,
      isWhole: shown.length <= mostUnits && all.length < links.mostListed,
    };
  }

  async function ofUser(caller: Caller, username: string) {
    const owner = await findUser(db, username);
    const found = owner ? await units.seen(caller, { ownerId: owner.id, limit: mostUnits + 1 }) : [];
    const shown = found.slice(0, mostUnits);
    const variables = shown.flatMap((unit) => unit.variables.map(({ id }) => id));
    const between = variables.length === 0 ? [] : await links.between(variables);
    return {
      units: shown.map((unit) => presentUnit(unit, { caller, paths: new Map(), placed: undefined })),
      links: between.map((link) => ({ ...link, own: null })),
      isEditable: false,
      isWhole: found.length <= mostUnits && between.length < links.mostListed,
    };
  }

  /** @throws AppError 404 the sector, 409 too many */
  async function place(caller: Person, { sector, positions }: Layout): Promise<void> {
    await db.transaction().execute(async (tx) => {
      await lockCanvases(tx, caller.userId);
      const { canvas } = await open(tx, caller, sector);
      const ids = await units.seenIds(
        tx,
        caller,
        positions.map(({ unit }) => unit),
      );
      const places = new Map<number, { unitId: number; x: number; y: number }>();
      for (const { unit, x, y } of positions) {
        const unitId = ids.get(unit.toLowerCase());
        if (unitId !== undefined) places.set(unitId, { unitId, x, y });
      }
      await savePositions(tx, canvas, [...places.values()]);
      await checkRoom(tx, canvas);
    });
  }

  /** @throws AppError 404 the unit or the sector, 409 it is there already, or there are too many, 422 no address */
  async function add(caller: Person, { sector, unit: text }: Wish) {
    const { id, uuid } = await seenUnit(db, caller, text, '/unit');
    const [shown] = await units.seen(caller, { uuids: [uuid], limit: 1 });
    return db.transaction().execute(async (tx) => {
      await lockCanvases(tx, caller.userId);
      const { canvas, paths, sectorUuids, placed } = await open(tx, caller, sector);
      const isInside = shown?.owned && (sectorUuids === undefined || sectorUuids.includes(shown.sector ?? ''));
      if (!shown || isInside) throw conflict('This unit of yours is on this canvas already.');
      const others = addedOf(placed).filter((one) => one !== uuid);
      if ((await units.seenIds(tx, caller, others)).size >= mostAdded) {
        throw conflict(`${mostAdded} units can be put on a canvas: take one off first.`);
      }
      await addUnit(tx, canvas, id);
      await checkRoom(tx, canvas);
      const { x = null, y = null } = placed.get(uuid) ?? {};
      return presentUnit(shown, { caller, paths, placed: { unit: uuid, x, y, isAdded: true } });
    });
  }

  /** @throws AppError 404 the sector */
  async function takeOff(caller: Person, unit: string, sector: string | null): Promise<void> {
    const { canvas } = await open(db, caller, sector);
    await takeOffUnit(db, canvas, unit);
  }

  return { routes: graphRoutes({ canvas, ofUser, place, add, takeOff }) };
}

const addedOf = (placed: ReadonlyMap<string, Placed>) =>
  [...placed.values()].filter(({ isAdded }) => isAdded).map(({ unit }) => unit);

async function checkRoom(tx: Db, canvas: Canvas): Promise<void> {
  if ((await countPlaced(tx, canvas)) > mostPlaced) throw conflict('Too many units were laid out on this canvas.');
}
