import { untrack } from 'svelte';
import { call } from '#lib/api/call.ts';
import { tellError } from '#lib/api/explain.ts';
import { followLive, useLive } from '#lib/api/live.svelte.ts';
import type { LiveEvent } from '#lib/api/live-events.ts';
import type { ApiReply } from '../../../../server/contract.ts';

type Stored = ApiReply<'GET /api/units/:id/log'>[number];
/** One that came live has no place in the stored order yet. */
export type LogLine = Omit<Stored, 'id'> & { key: string; id?: number };
export type LogSearch = { search: string; level: string };

const pageSize = 100;
/** Lines of the page at most: beyond it a search finds better than scrolling. */
export const mostLines = 1_000;

const storedLine = (line: Stored): LogLine => ({ ...line, key: `stored ${line.id}` });

/** Log lines of a unit that match, newest first: the stored ones page by page, new ones as they come. Call it during component initialisation. */
export function followLog(unitId: () => string, wanted: () => LogSearch) {
  const stream = useLive();
  let lines = $state.raw<LogLine[]>();
  let olderLeft = $state(false);
  let heard = 0;
  let asked = 0;

  async function read(search: LogSearch, before?: number): Promise<Stored[] | undefined> {
    const query = { ...search, level: search.level || undefined, before, limit: pageSize };
    const mine = ++asked;
    const rows = await call('GET /api/units/:id/log', { params: { id: unitId() }, query });
    // Unless somebody searched for something else meanwhile.
    return mine === asked ? rows : undefined;
  }

  async function begin(search: LogSearch) {
    const rows = await read(search);
    if (!rows) return;
    lines = rows.map(storedLine);
    olderLeft = rows.length === pageSize;
  }

  function take(events: LiveEvent[]) {
    const { search, level } = wanted();
    const fresh = events.flatMap((event): LogLine[] => {
      if (event.kind !== 'log' || (level && event.level !== level)) return [];
      if (!event.text.toLowerCase().includes(search.toLowerCase())) return [];
      return [{ key: `heard ${++heard}`, at: event.at, level: event.level, text: event.text }];
    });
    if (!lines || fresh.length === 0) return;
    const joined = [...fresh.reverse(), ...lines];
    if (joined.length > mostLines) olderLeft = true;
    lines = joined.slice(0, mostLines);
  }

  $effect(() => {
    // What came while the stream was lost is in what is read anew.
    void stream.returns;
    const search = wanted();
    untrack(() => void begin(search).catch(tellError));
  });
  followLive(() => ({ unit: unitId() }), take);

  return {
    /** undefined until they were read */
    get lines() {
      return lines;
    },
    /** Whether older ones may be loaded; at the most that a page holds, they may not. */
    get hasOlder() {
      return olderLeft && (lines?.length ?? 0) < mostLines;
    },
    get isFull() {
      return olderLeft && (lines?.length ?? 0) >= mostLines;
    },
    async loadOlder(): Promise<void> {
      const before = lines?.findLast(({ id }) => id !== undefined)?.id;
      const rows = await read(wanted(), before);
      if (!rows) return;
      lines = [...(lines ?? []), ...rows.map(storedLine)].slice(0, mostLines);
      olderLeft = rows.length === pageSize;
    },
  };
}
