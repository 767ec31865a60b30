import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { AppError, notFound } from '../errors.ts';
import type { RouteAnswer } from '../http/contract.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Person } from '../users/caller.ts';
import type { linksContract } from './contract.ts';
import type { LinkFlow } from './flow.ts';
import { presentLink } from './present.ts';
import type { MayUse } from './rights.ts';
import { lastRefusals, lastValues, linkOf, linksOf, type StoredLink } from './store.ts';
import { linkTopic } from './words.ts';

type Deps = { db: Db; sectors: Sectors; flow: LinkFlow; readable: MayUse };
type Filter = z.output<(typeof linksContract)['GET /api/links']['query']>;
type Shown = RouteAnswer<(typeof linksContract)['GET /api/links/:id']>;
type ShownEvent = RouteAnswer<(typeof linksContract)['GET /api/links/:id/events']>[number];

const mostListed = 5_000;
const shownEvents = 20;

/** Links as those see them who made them or own an end. */
export function createLinkReading({ db, sectors, flow, readable }: Deps) {
  /** Whether the caller may see an end of somebody else's; asked once for each variable. */
  function createSight(caller: Person) {
    const known = new Map<string, Promise<boolean>>();
    return ({ uuid, ownerId }: StoredLink['output']): Promise<boolean> | boolean => {
      if (ownerId === caller.userId) return true;
      const answer = known.get(uuid) ?? readable(db, caller, uuid).then(() => true, hidden);
      known.set(uuid, answer);
      return answer;
    };
  }

  async function shown(caller: Person, links: readonly StoredLink[]): Promise<Shown[]> {
    const sees = createSight(caller);
    const now = Date.now();
    const list: Shown[] = [];
    for (const link of links) {
      // What works is looked at again whenever rights change: its maker may read and write.
      const isSure = link.enabled && link.maker.id === caller.userId;
      const seen = { output: isSure || (await sees(link.output)), input: isSure || (await sees(link.input)) };
      list.push(presentLink(link, seen, flow, now));
    }
    return list;
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

function hidden(error: unknown): boolean {
  if (error instanceof AppError) return false;
  throw error;
}
