import type { Db } from '../database/connection.ts';
import type { UserEvent } from '../live/live.ts';
import type { Log } from '../log.ts';
import { type Counter, countedBy } from './counters.ts';
import type { LinkFlow } from './flow.ts';
import { presentCounters } from './present.ts';
import { linksOfUsers } from './store.ts';

type Deps = {
  db: Db;
  flow: LinkFlow;
  /** The UUIDs of the users with an open page that wants to hear of links. */
  listening: () => ReadonlySet<string>;
  /** Tells the open pages of a user. */
  tell: (userUuid: string, event: UserEvent) => void;
  log: Log;
};

/** What pages were last told of a link: everything it had counted, and when. */
type Told = { counted: number; perMinute: number; at: number };

const lookEvery = 1_000;
/** A rate falls when nothing comes: that is told less often (ms). */
const rateEvery = 10_000;

/**
 * Tells pages what passes through links, each link once a second at most. It compares what is counted anyway, so a value costs
 * nothing more, and while nobody listens it does nothing.
 */
export function createLinkWatch({ db, flow, listening, tell, log }: Deps) {
  const told = new Map<number, Told>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let isLooking = false;

  function isNews(id: number, counter: Counter, now: number): boolean {
    const before = told.get(id);
    if (!before) return countedBy(counter) > 0;
    if (countedBy(counter) !== before.counted) return true;
    return before.perMinute > 0 && now - before.at >= rateEvery && counter.perMinute(now) !== before.perMinute;
  }

  async function look(): Promise<void> {
    const users = listening();
    if (users.size === 0) return told.clear();
    const now = Date.now();
    const news = new Map([...flow.counters()].filter(([id, counter]) => isNews(id, counter, now)));
    if (news.size === 0) return;
    for (const [id, counter] of news) {
      told.set(id, { counted: countedBy(counter), perMinute: counter.perMinute(now), at: now });
    }
    for (const { id, uuid, users: concerned } of await linksOfUsers(db, [...news.keys()], [...users])) {
      const counters = presentCounters(flow.counterOf(id), now);
      for (const user of concerned) tell(user, { event: 'link', data: { id: uuid, counters } });
    }
  }

  function lookLater(): void {
    if (isLooking) return;
    isLooking = true;
    looking = look()
      .catch((err) => log.warn({ err }, 'what passed through links could not be told'))
      .finally(() => {
        isLooking = false;
      });
  }

  return {
    start: () => {
      timer = setInterval(lookLater, lookEvery).unref();
    },
    stop: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
