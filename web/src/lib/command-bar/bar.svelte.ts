import { ApiError } from '#lib/api/api-error.ts';
import { call } from '#lib/api/call.ts';
import { explain } from '#lib/api/explain.ts';
import type { Receipt } from '#lib/commands/command.ts';
import { completed, dryRunOf, endOfWord, isLine } from './line.ts';
import type { Offer, Offers } from './offers.svelte.ts';
import type { PastLines } from './past-lines.ts';

/** Why a line was not understood; `at` counts UTF-16 units of it. */
export type Fault = { line: string; at: number; message: string };

type Deps = {
  /** Whether there are commands: not for those who are not signed in */
  commands: boolean;
  offers: Offers;
  past: PastLines;
  /** Goes to a page of the instance, and away from here. */
  leave: (href: string) => void;
  /** Puts the caret of the input there, or selects up to `end`, once its text is the new one. */
  placeCaret: (at: number, end: number) => void;
};

/** What of the receipts is shown; all of them are on their own page. */
const mostReceipts = 5;

/** What the bar knows and does: where to go, or the line that is being typed. */
export function createBar({ commands, offers, past, leave, placeCaret }: Deps) {
  let text = $state('');
  let caret = $state(0);
  /** Of what is selected; else the caret. */
  let end = 0;
  /** Completions that are not answered yet, one after the other. */
  let turn = Promise.resolve();
  let waiting = 0;
  let marked = $state(-1);
  let isDry = $state(false);
  let busy = $state(false);
  let fault = $state.raw<Fault>();
  let refusal = $state<string>();
  let receipts = $state.raw<Receipt[]>([]);

  const inLine = $derived(commands && isLine(text));
  const offered = $derived(inLine ? offers.completions(text.slice(0, caret)) : offers.destinations(text));
  /** The option that Enter takes; -1: none, Enter runs the line. */
  const active = $derived(Math.min(marked, offered.length - 1));

  /** What was typed, or what is put in its place. */
  function write(to: string, at: number): void {
    text = to;
    caret = at;
    end = at;
    fault = undefined;
    refusal = undefined;
    marked = inLine || text.trim() === '' ? -1 : 0;
    if (inLine) void offers.askCompletion(text.slice(0, caret));
    else offers.search(text);
  }

  /** The caret was put elsewhere in the same text, or something of it was selected. */
  function moved(at: number, to: number): void {
    end = to;
    if (at === caret) return;
    caret = at;
    if (inLine) void offers.askCompletion(text.slice(0, caret));
  }

  function replace(to: string, at = to.length): void {
    write(to, at);
    placeCaret(at, at);
  }

  function take(offer: Offer): void {
    if ('href' in offer) return leave(offer.href);
    const { from, insert } = offer;
    const next = completed({ text, caret, end }, { from, option: insert });
    past.reset();
    replace(next.text, next.caret);
  }

  /** Also while the answer is on its way: who types fast presses Tab before it comes. */
  const canComplete = () => inLine && (offered.length > 0 || !offers.isAnswered(text.slice(0, caret)));

  /** Takes the option that is marked, else the first. */
  function complete(): void {
    const offer = offered[active] ?? offered[0];
    if (waiting === 0 && offers.isAnswered(text.slice(0, caret))) {
      if (offer) take(offer);
      return;
    }
    waiting += 1;
    turn = turn
      .then(completeLate)
      .catch(() => undefined)
      .finally(() => {
        waiting -= 1;
      });
  }

  /** The answer is still to come: what is typed meanwhile goes behind what it adds. */
  async function completeLate(): Promise<void> {
    const typed = text.slice(0, caret);
    const offer = await offers.firstCompletion(typed);
    if (!offer || !text.startsWith(typed)) return;
    const more = caret - typed.length;
    if (more <= 0) return take(offer);
    const begin = text.slice(0, offer.from) + offer.insert;
    replace(begin + text.slice(typed.length), begin.length + more);
  }

  async function older(): Promise<void> {
    const line = await past.older(text);
    if (line !== undefined) replace(line);
  }

  /** From the first option back to the line, and from there into the past. */
  function up(): void {
    if (active >= 0) marked = active - 1;
    else if (commands) void older();
  }

  function down(): void {
    if (active < 0 && past.isBack()) replace(past.newer());
    else marked = Math.min(active + 1, offered.length - 1);
  }

  async function run(asTest = isDry): Promise<void> {
    if (busy || !inLine) return;
    const typed = text;
    const { line, placeOf } = asTest ? dryRunOf(typed) : { line: typed, placeOf: (at: number) => at };
    busy = true;
    try {
      receipts = [await call('POST /api/tx', { body: { line } }), ...receipts].slice(0, mostReceipts);
      past.add(typed);
      past.reset();
      if (text === typed) replace('');
    } catch (error) {
      refuse(error, typed, placeOf);
    }
    busy = false;
  }

  function refuse(error: unknown, line: string, placeOf: (at: number) => number): void {
    const { at, message = '' } = (error instanceof ApiError && error.issues.find(({ path }) => path === '/line')) || {};
    if (at === undefined) refusal = explain(error);
    else {
      fault = { line, at: placeOf(at), message };
      if (text !== line) return;
      // The word that is wrong is selected: what is typed, or chosen, takes its place.
      const { at: begin } = fault;
      moved(begin, endOfWord(line, begin));
      placeCaret(begin, end);
    }
  }

  function enter(asTest: boolean): void {
    const offer = offered[active];
    if (offer && !asTest) take(offer);
    else void run(asTest || isDry);
  }

  return {
    get text() {
      return text;
    },
    get inLine() {
      return inLine;
    },
    get offered() {
      return offered;
    },
    get active() {
      return active;
    },
    get isDry() {
      return isDry;
    },
    set isDry(dry: boolean) {
      isDry = dry;
    },
    get busy() {
      return busy;
    },
    get fault() {
      return fault;
    },
    get refusal() {
      return refusal;
    },
    get receipts() {
      return receipts;
    },
    take,
    run: () => run(),

    typed(to: string, at: number): void {
      past.reset();
      write(to, at);
    },

    moved,

    /** @returns whether the key meant something here */
    key({ key, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
      if (key === 'ArrowUp') up();
      else if (key === 'ArrowDown') down();
      else if (key === 'Enter') enter(ctrlKey || metaKey);
      else if (key === 'Tab' && !shiftKey && canComplete()) void complete();
      else return false;
      return true;
    },
  };
}

export type Bar = ReturnType<typeof createBar>;
