import { sql } from 'kysely';
import type { Client } from 'pg';
import type { Log } from '../log.ts';
import type { Db } from './connection.ts';

/** What every process must hear of, because it holds a copy in memory. */
export type Change = { unit: string } | { user: string };

/** What the open pages of these users (UUIDs) hear of; nobody holds a copy. */
export type News = { link: string; change: 'made' | 'changed' | 'deleted'; users: readonly string[] };

const channel = 'croft_changes';

/** Says within a transaction that something changed; listeners hear it when the transaction commits, never before. */
export async function announce(db: Db, ...changes: (Change | News)[]): Promise<void> {
  if (changes.length === 0) return;
  const payloads = changes.map((change) => JSON.stringify(change));
  await sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) as payload`.execute(db);
}

/**
 * Hears the changes of all processes on this database (LISTEN), this one's included.
 * After a lost connection `missed` is called, since anything may have changed meanwhile.
 */
export function createChanges(deps: { connect: () => Promise<Client>; log: Log }) {
  const listeners: ((change: Change | 'missed') => void)[] = [];
  const newsListeners: ((news: News) => void)[] = [];
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;
  /** A question to the connection that listens, and the one after it: whoever comes meanwhile shares that one. */
  let [asked, toAsk]: (Promise<void> | undefined)[] = [];

  function tellEach<T>(all: readonly ((what: T) => void)[], what: T): void {
    for (const listener of all) {
      try {
        listener(what);
      } catch (error) {
        deps.log.error({ err: error }, 'a listener of changes failed');
      }
    }
  }

  const tell = (change: Change | 'missed') => tellEach(listeners, change);

  function hear(heard: Change | News): void {
    if ('link' in heard) tellEach(newsListeners, heard);
    else tell(heard);
  }

  async function listen(): Promise<void> {
    const connection = await deps.connect();
    connection.on('notification', ({ payload }) => hear(JSON.parse(payload ?? '') as Change | News));
    try {
      await connection.query(`listen ${channel}`);
    } catch (error) {
      await connection.end().catch(() => undefined);
      throw error;
    }
    if (stopped) return connection.end();
    client = connection;
    // Only one that listened is replaced when it ends: who failed before that is tried again by the caller.
    connection.once('end', reconnect);
  }

  async function listenAgain(): Promise<void> {
    try {
      await listen();
    } catch {
      return reconnect();
    }
    if (!stopped) tell('missed');
  }

  function reconnect(): void {
    if (stopped) return;
    retry = setTimeout(listenAgain, 250);
  }

  function ask(): Promise<void> {
    const over = () => {
      asked = undefined;
    };
    asked = Promise.resolve(client?.query(`listen ${channel}`)).then(over, over);
    return asked;
  }

  /** Resolves with an answer to what was asked from now on; the connection is asked one thing at a time. */
  function askAgain(): Promise<void> {
    if (!asked) return ask();
    toAsk ??= asked.then(() => {
      toAsk = undefined;
      return ask();
    });
    return toAsk;
  }

  return {
    onChange: (listener: (change: Change | 'missed') => void) => void listeners.push(listener),
    onNews: (listener: (news: News) => void) => void newsListeners.push(listener),

    /**
     * Resolves once this process has heard what was announced before: on the connection that listens an answer comes after the
     * notifications. While that is lost it resolves at once (`missed` follows), and after a second whatever happens.
     */
    heard: async (): Promise<void> => {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, 1_000);
      await Promise.race([askAgain(), late.promise]).finally(() => clearTimeout(timer));
    },

    start: listen,
    stop: async () => {
      stopped = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}

export type Changes = ReturnType<typeof createChanges>;
