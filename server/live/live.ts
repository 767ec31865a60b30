import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Change, News } from '../database/changes.ts';
import type { Stored } from '../journal/journal.ts';
import type { link } from '../links/contract.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Audible } from './store.ts';

/** One person's open page: what it hears and where it is written. */
export type Listener = {
  response: ServerResponse;
  audible: Audible;
  /** The UUID of the user; undefined for the anonymous. */
  userUuid: string | undefined;
  /** Asked for what is the user's own: it hears of grants and requests too. */
  isMine: boolean;
  /** Asked for the user's links, or all that is theirs. */
  hearsLinks: boolean;
  /** Values that arrive while the past is still being sent; undefined once it is. */
  pending: (() => void)[] | undefined;
  /** Positions in the log that were already sent from the past. */
  alreadySent: Set<string>;
  /** Looks up again what it may hear; never rejects. */
  refresh: () => Promise<void>;
};

/** Values of one unit. */
type Part = Pick<Stored['entry'], 'unitUuid' | 'values'>;

/** How far a unit's way to another version of its program is. */
export type UpdateEvent = {
  unit: string;
  id: string;
  status: string;
  detail: string;
  filesFetched: number;
  bytesFetched: number;
};

/** How far a command is on its way. */
type CommandEvent = { unit: string; id: string; status: string; detail: string };

export type UnitEvent =
  | { event: 'presence'; data: { unit: string; presence: string; lastSeenAt: string | null } }
  | { event: 'refusal'; data: { unit: string; reason: string; detail: string; topic: string } }
  | { event: 'state'; data: { unit: string; state: { [name: string]: JsonValue } } }
  | { event: 'log'; data: { unit: string; level: string; text: string; at: string } }
  | { event: 'update'; data: UpdateEvent }
  | { event: 'submission'; data: { unit: string; endpoint: string; id: string } }
  | { event: 'connection'; data: { unit: string; event: string; detail: string } };

/** What concerns a user, not a unit; `address` as in `bob:/home/Garage/Light#on`. */
export type UserEvent =
  | { event: 'grant'; data: { id: string; change: 'given' | 'revoked'; access: string; address: string } }
  | { event: 'request'; data: { id: string; status: string; access: string; address: string } }
  | { event: 'link'; data: { id: string; change: News['change'] } | { id: string; counters: LinkCounters } };

type LinkCounters = z.input<typeof link>['counters'];

/** A page that reads slower than this many bytes behind is closed; it comes back by itself and resumes. */
const unreadLimit = 1024 * 1024;
/** As is one whose past takes so long that this many values wait behind it. */
const pendingLimit = 10_000;

/** Sends what was stored to the pages that look at it (server-sent events, WHATWG HTML §9.2). */
export function createLive() {
  const listeners = new Set<Listener>();

  function write({ response }: Listener, event: string, data: unknown, id?: string): void {
    // Not begun, or ended a moment ago: a write after the end would be an error nobody catches.
    if (!response.headersSent || response.writableEnded) return;
    if (response.writableLength > unreadLimit) return void response.end();
    response.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
  }

  /** @param n the place of the first value in the log */
  function publishValues(listener: Listener, part: Part, place: Pick<Stored, 'tx' | 'n' | 'safeTx'>): void {
    const { tx, n, safeTx } = place;
    for (const [index, { variableUuid, value, at }] of part.values.entries()) {
      const mayHear = () => listener.audible.variables.has(variableUuid);
      if (!mayHear()) continue;
      const send = () => {
        if (!mayHear() || listener.alreadySent.has(`${tx}.${n + index}`)) return;
        const data = { variable: variableUuid, unit: part.unitUuid, value, at: new Date(at).toISOString() };
        write(listener, 'value', data, String(safeTx));
      };
      if (!listener.pending) send();
      else if (listener.pending.push(send) > pendingLimit) listener.response.end();
    }
  }

  function publishEntry(listener: Listener, stored: Stored): void {
    const { entry } = stored;
    publishValues(listener, entry, stored);
    let n = stored.n + entry.values.length;
    for (const part of entry.linked ?? []) {
      publishValues(listener, part, { ...stored, n });
      n += part.values.length;
    }
    if (!listener.audible.ownUnits.has(entry.unitUuid)) return;
    if (entry.state) write(listener, 'state', { unit: entry.unitUuid, state: entry.state });
    if (entry.log) {
      const { level, text, at } = entry.log;
      write(listener, 'log', { unit: entry.unitUuid, level, text, at: new Date(at).toISOString() });
    }
  }

  function publishUser(userUuid: string, { event, data }: UserEvent): void {
    for (const listener of listeners) {
      const hears = event === 'link' ? listener.hearsLinks : listener.isMine;
      if (hears && listener.userUuid === userUuid) write(listener, event, data);
    }
  }

  return {
    listeners,
    write,

    /** Runs after each commit: with nobody looking it costs nothing. */
    publish(stored: Stored[]): void {
      for (const listener of listeners) for (const one of stored) publishEntry(listener, one);
    },

    /** Presence is for all who see the unit, the rest for its owner. */
    publishUnit({ event, data }: UnitEvent): void {
      for (const listener of listeners) {
        const { units, ownUnits } = listener.audible;
        if ((event === 'presence' ? units : ownUnits).has(data.unit)) write(listener, event, data);
      }
    },

    /** For the owner of the unit, and for who gave it while they may hear the input that it sets; `giver` and `input` are UUIDs. */
    publishCommand(data: CommandEvent, { giver, input }: { giver: string | null; input: string | null }): void {
      for (const listener of listeners) {
        const { ownUnits, variables } = listener.audible;
        const isGiver = giver !== null && giver === listener.userUuid && input !== null && variables.has(input);
        if (ownUnits.has(data.unit) || isGiver) write(listener, 'command', data);
      }
    },

    /** For the pages of one user. */
    publishUser,

    /** The UUIDs of the users with a page that hears of links. */
    linkListeners: (): Set<string> =>
      new Set([...listeners].flatMap(({ hearsLinks, userUuid }) => (hearsLinks && userUuid ? [userUuid] : []))),

    /** What was committed, in this process or in another one. */
    applyNews({ link: id, change, users }: News): void {
      for (const user of users) publishUser(user, { event: 'link', data: { id, change } });
    },

    /** A device acknowledged an input's value. */
    publishConfirmed(unit: string, variable: string, at: Date): void {
      for (const listener of listeners) {
        if (listener.audible.variables.has(variable))
          write(listener, 'confirmed', { variable, unit, at: at.toISOString() });
      }
    },

    /** What changed may have become invisible: it is looked up again at once; a changed account signs its pages out. */
    applyChange(change: Change | 'missed'): void {
      for (const listener of listeners) {
        if (change !== 'missed' && 'user' in change && change.user === listener.userUuid) listener.response.end();
        else void listener.refresh();
      }
    },

    stop: async () => {
      for (const { response } of listeners) response.end();
    },
  };
}

export type Live = ReturnType<typeof createLive>;
