import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { conflict, forbidden, invalid, notFound } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Person } from '../users/caller.ts';
import type { linksContract } from './contract.ts';
import { type CuttingDeps, createCutting } from './cutting.ts';
import { checkFit } from './fitting.ts';
import type { LinkFlow } from './flow.ts';
import { createLinkReading, mostListed } from './reading.ts';
import { createRightsCheck } from './rights.ts';
import { linksRoutes } from './routes.ts';
import {
  countLinks,
  deleteLink,
  holdEnds,
  insertLink,
  linkOf,
  linksBetween,
  type StoredLink,
  updateLink,
} from './store.ts';
import { announceChanged, announceLinks, announceSources } from './telling.ts';

export { createLinkFlow, type LinkFlow } from './flow.ts';
export { loadLinks } from './live-links.ts';
export { createLinkWatch } from './watching.ts';

type Wanted = z.output<(typeof linksContract)['POST /api/links']['body']>;
type Change = z.output<(typeof linksContract)['PATCH /api/links/:id']['body']>;

type Deps = CuttingDeps & {
  db: Db;
  sectors: Sectors;
  flow: LinkFlow;
  /** Of the variables of these units, the ids of those that the caller may read. */
  readableIds: (db: Db, caller: Person, unitIds: readonly number[]) => Promise<Set<number>>;
};

const mostOfOutput = 200;
const mostOfUser = 2_000;
const shown = (limit: number) => limit.toLocaleString('en');

/** Edges of the graph, output → input. A link works with the rights of its maker: read on the output, write on the input. */
export function createLinks(deps: Deps) {
  const { db, sectors, flow, readable, writable, readableIds, noteWithin, recordCut } = deps;
  const rights = { readable, writable };
  const cutting = createCutting({ ...rights, noteWithin, recordCut });
  const reading = createLinkReading({ db, sectors, flow, readableIds });

  /** @throws AppError 404, 409 linked already or too many, 422 what does not fit */
  async function make(caller: Person, wanted: Wanted): Promise<string> {
    const uuid = uuidv7();
    await db.transaction().execute(async (tx) => {
      await holdEnds(tx, caller.userId, [wanted.output, wanted.input]);
      const output = (await readable(tx, caller, wanted.output)).variable;
      if (output.direction !== 'output')
        throw unfit('output', `\`${output.name}\` is an input: a link begins at an output`);
      const input = (await writableInput(tx, caller, wanted.input)).variable;
      checkFit(output, input, wanted.transform);
      await checkRoom(tx, output.id, caller.userId);
      const { transform, minInterval, onlyOnChange, enabled } = wanted;
      const isNew = await insertLink(tx, {
        ...{ uuid, outputId: output.id, inputId: input.id, createdBy: caller.userId },
        ...{ ...stored({ transform, minInterval }), onlyOnChange, enabled },
      });
      if (!isNew) throw conflict('These two are linked already: change that link.');
      await announceMade(tx, caller, uuid);
    });
    return uuid;
  }

  /** An output that the caller may see answers as what it is, not as something they may not write. */
  async function writableInput(tx: Db, caller: Person, uuid: string) {
    const seen = await readable(tx, caller, uuid).catch(() => undefined);
    if (seen?.variable.direction === 'output') {
      throw unfit(
        'input',
        `\`${seen.variable.name}\` is an output, which its unit alone sets: a link ends at an input`,
      );
    }
    return writable(tx, caller, uuid);
  }

  async function announceMade(tx: Db, caller: Person, uuid: string): Promise<void> {
    const made = [await own(tx, caller, uuid)];
    await announceSources(tx, made);
    await announceLinks(tx, made, 'made');
  }

  async function own(executor: Db, caller: Person, uuid: string): Promise<StoredLink> {
    const found = await linkOf(executor, caller.userId, uuid);
    if (!found) throw notFound('link');
    return found;
  }

  /** @throws AppError 403 when the caller has not the rights that the link needs */
  async function checkRights(tx: Db, caller: Person, link: StoredLink): Promise<void> {
    const maker = { id: caller.userId, uuid: caller.id, username: caller.username, role: caller.role };
    const why = await createRightsCheck(rights, tx)({ ...link, maker });
    if (why) throw forbidden(refusals[why]);
  }

  /** @throws AppError 403, 404, 422 what does not fit */
  async function change(caller: Person, uuid: string, change: Change): Promise<void> {
    await db.transaction().execute(async (tx) => {
      const seen = await own(tx, caller, uuid);
      await holdEnds(tx, caller.userId, [seen.output.uuid, seen.input.uuid]);
      const link = await own(tx, caller, uuid);
      const isSwitchingOff = Object.keys(change).length === 1 && change.enabled === false;
      if (isSwitchingOff) await updateLink(tx, link.id, { enabled: false });
      else await changeWithRights(tx, caller, link, change);
      await announceSources(tx, [link]);
      await announceChanged(tx, link, await own(tx, caller, uuid));
    });
  }

  async function changeWithRights(tx: Db, caller: Person, link: StoredLink, change: Change): Promise<void> {
    await checkRights(tx, caller, link);
    const { transform = link.transform, enabled, onlyOnChange } = change;
    checkFit(link.output, link.input, transform);
    await updateLink(tx, link.id, {
      ...stored({ transform, minInterval: change.minInterval ?? link.minIntervalMs ?? 0 }),
      createdBy: caller.userId,
      onlyOnChange: onlyOnChange ?? link.onlyOnChange,
      enabled: enabled ?? link.enabled,
      whyCut: enabled ? '' : link.whyCut,
    });
  }

  /** @throws AppError 404 */
  async function remove(caller: Person, uuid: string): Promise<void> {
    const link = await db.transaction().execute(async (tx) => {
      const found = await own(tx, caller, uuid);
      await deleteLink(tx, found.id);
      await announceSources(tx, [found]);
      await announceLinks(tx, [found], 'deleted');
      return found;
    });
    flow.forget(link.id);
  }

  return {
    routes: linksRoutes({ ...reading, make, change, remove }),
    /** Those at the caller's units and those they made, as the caller may see them. */
    list: reading.list,
    /** The links that are switched on from and to some of these variables (UUIDs). */
    between: (variables: readonly string[]) => linksBetween(db, variables, mostListed),
    /** Of either there are no more in one answer. */
    mostListed,
    /** To be called in the transaction of whatever may take rights away, or change an end. */
    recheck: cutting.recheck,
    /** To be called before ends or makers of links are deleted, in the same transaction. */
    going: cutting.going,
  };
}

export type Links = ReturnType<typeof createLinks>;

const refusals = {
  'output-not-readable': 'You may not read the output of this link. It works with the rights of who changes it.',
  'input-not-writable': 'You may not write the input of this link. It works with the rights of who changes it.',
  'account-locked': 'An account at this link is locked.',
} as const;

const unfit = (field: 'output' | 'input', message: string) =>
  invalid(`${field}: ${message}.`, [{ path: `/${field}`, message }]);

async function checkRoom(tx: Db, outputId: number, userId: number): Promise<void> {
  const count = await countLinks(tx, outputId, userId);
  if (count.output >= mostOfOutput)
    throw conflict(`An output can have ${shown(mostOfOutput)} links: delete one first.`);
  if (count.user >= mostOfUser) throw conflict(`You can have ${shown(mostOfUser)} links: delete one first.`);
}

const stored = ({ transform, minInterval }: Pick<Wanted, 'transform' | 'minInterval'>) => ({
  transform: transform && JSON.stringify(transform),
  minIntervalMs: minInterval === 0 ? null : minInterval,
});
