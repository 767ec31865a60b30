import { expect, test } from 'vitest';
import type { Counters } from './graph.ts';
import { firstTrouble, linkState, nextTrouble } from './link-state.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const none: Counters = { last: null, perMinute: 0, passed: 0, throttled: 0, unchanged: 0, refused: 0, looped: 0 };
const last = (secondsAgo: number) => ({ value: 1, at: new Date(now - secondsAgo * 1000).toISOString() });

test.each([
  [{}, undefined],
  [{ passed: 3, last: last(5) }, undefined],
  [{ refused: 1, passed: 3 }, 'failed'],
  [{ looped: 1 }, 'failed'],
  [{ throttled: 2, last: last(5) }, 'throttled'],
  [{ throttled: 2, last: last(90) }, undefined],
] as const)('at first %j means %s', (counters, trouble) =>
  expect(firstTrouble({ ...none, ...counters }, now)).toBe(trouble),
);

test.each([
  ['failed', { passed: 1 }, undefined],
  ['failed', { unchanged: 1 }, undefined],
  ['failed', {}, 'failed'],
  [undefined, { refused: 1, passed: 1 }, 'failed'],
  [undefined, { looped: 1 }, 'failed'],
  ['failed', { throttled: 1, passed: 1 }, 'throttled'],
] as const)('%s, then %j, is %s', (known, risen, trouble) => {
  expect(nextTrouble(known, none, { ...none, ...risen })).toBe(trouble);
});

test('a lost right goes before the switch, the switch before what happened', () => {
  expect(linkState({ enabled: false, whyCut: 'input-not-writable' }, 'failed')).toBe('denied');
  expect(linkState({ enabled: false, whyCut: '' }, 'failed')).toBe('off');
  expect(linkState({ enabled: true, whyCut: '' }, 'failed')).toBe('failed');
  expect(linkState({ enabled: true, whyCut: '' }, undefined)).toBe('works');
});
