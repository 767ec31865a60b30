import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { RouteAnswer } from '../http/contract.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Person } from '../users/caller.ts';
import type { linksContract } from './contract.ts';
import type { LinkFlow } from './flow.ts';
import { presentLink } from './present.ts';
import { lastRefusals, lastValues, linkOf, linksOf, type StoredLink } from './store.ts';
import { linkTopic } from './words.ts';

type Deps = {
  db: Db;
  sectors: Sectors;
  flow: LinkFlow;
  /** Of the variables of these units, the ids of those that the caller may read. */
  readableIds: (db: Db, caller: Person, unitIds: readonly number[]) => Promise<Set<number>>;
};
type Filter = z.output<(typeof linksContract)['GET /api/links']['query']>;
type Shown = RouteAnswer<(typeof linksContract)['GET /api/links/:id']>;
type ShownEvent = RouteAnswer<(typeof linksContract)['GET /api/links/:id/events']>[number];

export const mostListed = 5_000;
const shownEvents = 20;

/** Links as those see them who made them or own an end. */
export function createLinkReading({ db, sectors, flow, readableIds }: Deps) {
  async function shown(caller: Person, links: readonly StoredLink[]): Promise<Shown[]> {
    const ends = links.flatMap(({ output, input }) => [output, input]);
    const foreign = ends.filter(({ ownerId }) => ownerId !== caller.userId).map(({ unit }) => unit.id);
    const readable = await readableIds(db, caller, [...new Set(foreign)]);
    const sees = ({ id, ownerId }: StoredLink['output']) => ownerId === caller.userId || readable.has(id);
    const now = Date.now();
    return links.map((link) => presentLink(link, { output: sees(link.output), input: sees(link.input) }, flow, now));
  }

  async function own(caller: Person, uuid: string): Promise<StoredLink> {
    const link = await linkOf(db, caller.userId, uuid);
    if (!link) throw notFound('link');
    return link;
  }

  return {
    /** @throws AppError 404 the sector */
    list: async (caller: Person, { unit, sector }: Filter): Promise<Shown[]> => {
      const id = sector === undefined ? null : await sectors.sectorIdOf(db, caller.userId, sector);
      return shown(caller, await linksOf(db, caller.userId, { unit, sectorId: id ?? undefined, limit: mostListed }));
    },

    /** @throws AppError 404 */
    show: async (caller: Person, uuid: string): Promise<Shown> => {
      const [link] = await shown(caller, [await own(caller, uuid)]);
      if (!link) throw notFound('link');
      return link;
    },

    /** The last 20, newest first. @throws AppError 404 */
    events: async (caller: Person, uuid: string): Promise<ShownEvent[]> => {
      const link = await own(caller, uuid);
      const unitIds = [link.output.unit.id, link.input.unit.id];
      const [values, refusals] = await Promise.all([
        lastValues(db, link.id, shownEvents),
        lastRefusals(db, { unitIds, topic: linkTopic(link.uuid), limit: shownEvents }),
      ]);
      const all = [
        ...values.map((one) => ({ kind: 'value', ...one }) as const),
        ...refusals.map((one) => ({ kind: 'refusal', ...one }) as const),
      ];
      const newest = all.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, shownEvents);
      return newest.map((one) => ({ ...one, at: one.at.toISOString() }));
    },
  };
}

export type LinkReading = ReturnType<typeof createLinkReading>;
