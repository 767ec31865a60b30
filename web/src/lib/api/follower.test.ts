import { expect, test } from 'vitest';
import { createFollower, type LiveStatus } from './follower.ts';
import type { LiveEvent } from './live-events.ts';

const a = '0198c0de-0000-7000-8000-00000000000a';
const b = '0198c0de-0000-7000-8000-00000000000b';

/** An EventSource worked by hand: Node has none, and a test wants to say when a connection opens or dies. */
class HandSource extends EventTarget {
  readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly address: string;

  constructor(address: string) {
    super();
    this.address = address;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  dies(): void {
    this.readyState = this.CLOSED;
    this.onerror?.();
  }
  close(): void {
    this.readyState = this.CLOSED;
  }
  says(kind: string, data: object): void {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
}

function setUp() {
  const sources: HandSource[] = [];
  const frames: (() => void)[] = [];
  const pauses: number[] = [];
  const retries: (() => void)[] = [];
  const statuses: LiveStatus[] = [];
  const follower = createFollower({
    open: (address) => {
      const source = new HandSource(address);
      sources.push(source);
      return source as unknown as EventSource;
    },
    nextFrame: (run) => frames.push(run),
    after: (milliseconds, run) => {
      pauses.push(milliseconds);
      retries.push(run);
      return () => {};
    },
    onStatus: (status) => statuses.push(status),
  });
  const frame = () => {
    for (const run of frames.splice(0)) run();
  };
  const latest = () => sources.at(-1) ?? expect.unreachable('no stream was opened');
  return { follower, sources, pauses, retries, statuses, frame, latest };
}

const value = (variable: string, number: number) => ({ variable, unit: b, value: number, at: '2026-01-01T00:00:00Z' });

test('what arrives between two frames is handed over at once, each listener its own', () => {
  const { follower, frame, latest } = setUp();
  const heard: LiveEvent[][] = [];
  follower.follow({ variable: a }, (events) => heard.push(events));
  frame();
  expect(latest().address).toBe(`/api/live?variables=${a}`);
  latest().opens();
  latest().says('value', value(a, 1));
  latest().says('value', value(b, 7));
  latest().says('value', value(a, 2));
  expect(heard).toEqual([]);
  frame();
  expect(heard).toEqual([
    [
      { kind: 'value', ...value(a, 1) },
      { kind: 'value', ...value(a, 2) },
    ],
  ]);
});

test('listeners of one topic share the stream, and the last to leave closes it', () => {
  const { follower, sources, statuses, frame, latest } = setUp();
  const leaveFirst = follower.follow({ variable: a }, () => {});
  const leaveSecond = follower.follow({ variable: a }, () => {});
  frame();
  leaveFirst();
  frame();
  expect(sources).toHaveLength(1);
  expect(latest().readyState).toBe(0);
  leaveSecond();
  frame();
  expect(latest().readyState).toBe(2);
  expect(statuses.at(-1)).toBe('idle');
});

test('the former streams speak until the newest is open, then all are closed', () => {
  const { follower, sources, frame } = setUp();
  const heard: LiveEvent[] = [];
  follower.follow({ variable: a }, (events) => heard.push(...events));
  frame();
  sources[0]?.opens();
  follower.follow({ unit: b }, () => {});
  frame();
  follower.follow('mine', () => {});
  frame();
  expect(sources.map((source) => source.address.slice('/api/live?'.length))).toEqual([
    `variables=${a}`,
    `variables=${a}&units=${b}`,
    `variables=${a}&units=${b}&mine=1`,
  ]);
  sources[0]?.says('value', value(a, 1));
  frame();
  expect(heard).toHaveLength(1);
  sources[2]?.opens();
  expect(sources.map((source) => source.readyState)).toEqual([2, 2, 1]);
});

test('a stream that was refused is opened anew, with growing pauses up to 30 s, and from 1 s again after success', () => {
  const { follower, pauses, retries, statuses, frame, latest } = setUp();
  follower.follow('mine', () => {});
  frame();
  for (let round = 0; round < 7; round++) {
    latest().dies();
    retries.at(-1)?.();
  }
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  latest().opens();
  expect(statuses.at(-1)).toBe('open');
  latest().dies();
  expect(pauses.at(-1)).toBe(1000);
});

test('a lost connection that the browser mends itself is left to it', () => {
  const { follower, sources, pauses, statuses, frame, latest } = setUp();
  follower.follow('mine', () => {});
  frame();
  latest().opens();
  latest().readyState = 0;
  latest().onerror?.();
  expect(statuses.at(-1)).toBe('lost');
  latest().opens();
  expect(statuses.at(-1)).toBe('open');
  expect([sources.length, pauses.length]).toEqual([1, 0]);
});
