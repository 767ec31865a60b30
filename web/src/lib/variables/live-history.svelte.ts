import { untrack } from 'svelte';
import { followLive } from '#lib/api/live.svelte.ts';
import { createReading } from '#lib/api/reading.svelte.ts';
import { useClock } from '#lib/format/clock.svelte.ts';
import { type Aggregate, aggregatesOf, usualAggregate, type Variable } from './aggregate.ts';
import { type HistoryQuery, readHistory } from './history.ts';
import { type NewValue, withValues } from './history-series.ts';
import { lengthOf, periodLength, type Question, timesOf } from './question.ts';

export type Asked = HistoryQuery & { id: string };

/** Milliseconds between two readings of a window that moves: its periods close, its oldest values leave. */
const soonest = 15_000;
const latest = 300_000;

/** What it asks about may change; call it during component initialisation. */
export function createLiveHistory(variable: () => Variable, question: () => Question) {
  const clock = useClock();
  const history = createReading(({ id, ...query }: Asked) => readHistory(id, query));
  /** What the last reading may have been too early for. */
  let fresh = $state.raw<NewValue[]>([]);
  let asked = $state.raw<Asked>();

  const id = $derived(variable().id);
  const aggregate = $derived(aggregateOf(variable(), question()));
  const every = $derived(aggregate === 'raw' ? undefined : question().every);
  const isMoving = $derived(typeof question().time === 'string');
  const times = $derived(timesOf(question(), clock.now));

  async function load(): Promise<void> {
    const before = fresh.length;
    asked = { id, aggregate, every, ...timesOf(question(), Date.now()) };
    await history.ask(asked);
    fresh = fresh.slice(before);
  }

  $effect(() => {
    void [id, aggregate, every, question().time];
    untrack(load);
  });

  const pause = $derived.by(() => {
    const period = history.answer?.every;
    return period ? Math.min(Math.max(periodLength(period), soonest), latest) : latest;
  });
  $effect(() => {
    if (!isMoving) return;
    const timer = setInterval(load, pause);
    return () => clearInterval(timer);
  });

  followLive(
    () => (isMoving ? { variable: id } : undefined),
    (events) => {
      const values = events.flatMap((event): NewValue[] =>
        event.kind === 'value' ? [[Date.parse(event.at), event.value]] : [],
      );
      fresh = [...fresh, ...values];
    },
  );

  const shown = $derived(history.answer && isMoving ? withValues(history.answer, fresh) : history.answer);

  return {
    get shown() {
      return shown;
    },
    get error() {
      return history.error;
    },
    get times() {
      return times;
    },
    /** What is shown, as it would be asked for again */
    get asked() {
      return asked;
    },
    get aggregate() {
      return aggregate;
    },
    load,
  };
}

function aggregateOf({ definition: { type } }: Variable, question: Question): Aggregate {
  const { aggregate } = question;
  return aggregate && aggregatesOf(type).includes(aggregate) ? aggregate : usualAggregate(type, lengthOf(question));
}
