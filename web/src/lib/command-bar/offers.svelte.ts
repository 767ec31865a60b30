import { onDestroy } from 'svelte';
import { call } from '#lib/api/call.ts';
import { createReading } from '#lib/api/reading.svelte.ts';
import { findUnits } from '#lib/explore/explore-pages.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Places } from '#lib/shell/places.ts';
import type { ApiReply } from '../../../../server/contract.ts';
import { type Destination, foundDestinations, matching, ownDestinations } from './destination.ts';
import { optionLabel } from './line.ts';
import { type Me, pagesFor } from './pages.ts';

type Completion = ApiReply<'GET /api/tx/completion'>['options'][number];
/** One thing to choose: a place to go to, or an insert: what takes the place of all that is typed from `from` to the caret. */
export type Offer = Destination | Insert;
type Insert = {
  kind: Completion['kind'] | 'line' | 'action';
  label: string;
  detail: string;
  from: number;
  insert: string;
};

/** Milliseconds without a key before others' units are searched. */
const pause = 200;
/** Fewer letters are in nearly every name. */
const fewestLetters = 2;
const longestSearch = 100;

type Deps = {
  /** undefined: nobody is signed in */
  me: () => Me | undefined;
  places: () => Places;
  /** The last lines that were given. */
  recent: () => string[];
};

/** What the bar offers for what is typed. Call it during component initialisation. */
export function createOffers({ me, places, recent }: Deps) {
  const complete = async (line: string) => ({ line, ...(await call('GET /api/tx/completion', { query: { line } })) });
  const completion = createReading(complete);
  const search = createReading(async (typed: string) => (await findUnits(typed)).units);
  const own = $derived(ownDestinations(places()));
  let timer: ReturnType<typeof setTimeout> | undefined;
  onDestroy(() => clearTimeout(timer));

  /** Before anything is typed. */
  function begin(): Offer[] {
    const lines = recent().map((text): Offer => ({ kind: 'line', label: text, detail: '', from: 0, insert: text }));
    return [...lines, ...command(), ...pagesFor(me())];
  }

  const command = (): Offer[] =>
    me() ? [{ kind: 'action', label: m.bar_command(), detail: 'tx', from: 0, insert: 'tx ' }] : [];

  return {
    /** Asks for how the line may go on that ends here. */
    askCompletion: (line: string) => completion.ask(line),
    isAnswered: (line: string) => completion.answer?.line === line,

    /** The first way for the line to go on that ends here, whatever else is asked meanwhile. @throws ApiError */
    firstCompletion: async (line: string) => insertsOf(await complete(line), line)[0],

    /** What was answered last, as far as it fits the line that ends here. */
    completions: (line: string): Offer[] => (completion.answer ? insertsOf(completion.answer, line) : []),

    /** Looks among others' units too, once somebody pauses. */
    search(typed: string): void {
      clearTimeout(timer);
      const wanted = typed.trim().slice(0, longestSearch);
      if (wanted.length >= fewestLetters) timer = setTimeout(() => search.ask(wanted), pause);
    },

    destinations(typed: string): Offer[] {
      if (typed.trim() === '') return begin();
      if (typed.trim() === 'tx') return command();
      const found = foundDestinations(search.answer ?? []);
      return [...matching([...pagesFor(me()), ...own], typed), ...matching(found, typed)];
    },
  };
}

type Answer = ApiReply<'GET /api/tx/completion'> & { line: string };

function insertsOf({ line: asked, from, options }: Answer, line: string): Insert[] {
  if (!line.startsWith(asked.slice(0, from))) return [];
  const more = options.filter(({ text }) => text !== line.slice(from));
  return more.map(({ text, kind }) => {
    return { kind, label: optionLabel(text, asked.slice(from)), detail: '', from, insert: text };
  });
}

export type Offers = ReturnType<typeof createOffers>;
