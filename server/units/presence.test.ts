import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPresence, presenceOf } from './presence.ts';

const now = new Date('2026-06-01T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const connected = (silence: number, interval?: number) =>
  presenceOf({ connected: true, lastSeenAt: ago(silence), interval, security: 'sealed', now });
const apart = (silence: number, interval?: number) =>
  presenceOf({ connected: false, lastSeenAt: ago(silence), interval, security: 'token', now });

describe('presence', () => {
  test('of a unit that was never heard is never, connected or not', () => {
    expect(presenceOf({ connected: false, lastSeenAt: null, interval: 10, security: 'token', now })).toBe('never');
    expect(presenceOf({ connected: true, lastSeenAt: null, interval: undefined, security: 'sealed', now })).toBe(
      'never',
    );
  });

  test('of a connected unit is online for two intervals and five seconds of silence, then late', () => {
    expect([connected(0, 10), connected(25, 10), connected(25.001, 10), connected(1e6, 10)]).toEqual([
      'online',
      'online',
      'late',
      'late',
    ]);
  });

  test('of a sealed unit without a connection is offline at once', () => {
    const facts = { connected: false, lastSeenAt: ago(1), interval: 10, now };
    expect(presenceOf({ ...facts, security: 'sealed' })).toBe('offline');
    expect(presenceOf({ ...facts, security: 'token' })).toBe('online');
  });

  test('without an expected interval is the connection alone', () => {
    expect([connected(1e6), apart(0)]).toEqual(['online', 'offline']);
  });

  test('of a unit without a connection follows its values, up to ten intervals', () => {
    expect([apart(25, 10), apart(26, 10), apart(100, 10), apart(100.001, 10)]).toEqual([
      'online',
      'late',
      'late',
      'offline',
    ]);
  });

  test('is online when the last value is of a moment ahead of the clock', () => {
    expect([connected(-3, 1), apart(-3, 1)]).toEqual(['online', 'online']);
  });

  test('never gets better by silence, and a connection never makes it worse', () => {
    const order = ['online', 'late', 'offline'];
    const interval = fc.double({ min: 0.1, max: 1e5, noNaN: true });
    const silence = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(interval, silence, silence, (seconds, one, other) => {
        const [shorter, longer] = [Math.min(one, other), Math.max(one, other)];
        expect(order.indexOf(apart(longer, seconds))).toBeGreaterThanOrEqual(order.indexOf(apart(shorter, seconds)));
        expect(order.indexOf(connected(one, seconds))).toBeLessThanOrEqual(order.indexOf(apart(one, seconds)));
      }),
    );
  });

  test('asks the doors who is connected', () => {
    const tell = createPresence({ isConnected: (uuid) => uuid === 'here', now: () => now });
    const tellOf = (uuid: string) => tell({ uuid, lastSeenAt: ago(60), interval: undefined, security: 'token' });
    expect([tellOf('here'), tellOf('gone')]).toEqual(['online', 'offline']);
  });
});
