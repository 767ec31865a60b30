import { expect, test } from 'vitest';
import { linkState } from './link-state.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const none = { isFailing: false, throttledAt: null };
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const on = { enabled: true, whyCut: '' } as const;

test.each([
  [{}, 'works'],
  [{ isFailing: true }, 'failed'],
  [{ throttledAt: ago(5) }, 'throttled'],
  [{ throttledAt: ago(5), isFailing: true }, 'failed'],
  [{ throttledAt: ago(90) }, 'works'],
] as const)('%j means %s', (counters, state) => {
  expect(linkState(on, { ...none, ...counters }, () => now)).toBe(state);
});

test('a lost right goes before the switch, the switch before what happened', () => {
  const failing = { ...none, isFailing: true };
  const state = (link: Parameters<typeof linkState>[0]) => linkState(link, failing, () => now);
  expect(state({ enabled: false, whyCut: 'input-not-writable' })).toBe('denied');
  expect(state({ enabled: false, whyCut: '' })).toBe('off');
  expect(state(on)).toBe('failed');
});
