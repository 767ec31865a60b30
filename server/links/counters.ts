import type { JsonValue } from '../variables/definition.ts';

const minute = 60_000;

/** What went through one link since the instance started, and what did not. */
export function createCounter() {
  let [current, inCurrent, inPrevious] = [0, 0, 0];

  function turn(now: number): void {
    const index = Math.floor(now / minute);
    if (index === current) return;
    inPrevious = index === current + 1 ? inCurrent : 0;
    [current, inCurrent] = [index, 0];
  }

  return {
    /** The last value that went through; undefined while there is none, and when it could not be stored. */
    last: undefined as { value: JsonValue; at: number } | undefined,
    passed: 0,
    throttled: 0,
    unchanged: 0,
    refused: 0,
    looped: 0,
    /** The last value that came was refused, or came too far. */
    isFailing: false,
    /** When the last value was dropped by minInterval (epoch ms). */
    throttledAt: undefined as number | undefined,

    refuse(): void {
      this.refused++;
      this.isFailing = true;
    },

    loop(): void {
      this.looped++;
      this.isFailing = true;
    },

    leaveOut(): void {
      this.unchanged++;
      this.isFailing = false;
    },

    throttle(at: number): void {
      this.throttled++;
      this.throttledAt = at;
      this.isFailing = false;
    },

    pass(value: JsonValue, at: number): void {
      turn(at);
      inCurrent++;
      this.passed++;
      this.last = { value, at };
      this.isFailing = false;
    },

    /** Values in the last minute: this one's, and of the previous one's the part that is not yet 60 s old. */
    perMinute(now: number): number {
      turn(now);
      return Math.round(inCurrent + inPrevious * (1 - (now % minute) / minute));
    },
  };
}

/** All that came to a link, whatever became of it. */
export const countedBy = ({ passed, throttled, unchanged, refused, looped }: Counter): number =>
  passed + throttled + unchanged + refused + looped;

export type Counter = ReturnType<typeof createCounter>;
