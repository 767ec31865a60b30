import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLimits } from './limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** One bucket for each name, so that no two share one by chance. */
const byName = (name: string) => name;
const tooMany = { status: 429, code: 'too-many-requests' };

test('ten wrong passwords close an account, whatever addresses they come from, for 15 minutes', async () => {
  const limits = createLimits(byName);
  for (let n = 0; n < 10; n++) await limits.signIn(`192.0.2.${n}`, 'ada');
  await expect(limits.signIn('198.51.100.1', 'ada')).rejects.toMatchObject({ ...tooMany, retryAfter: 900 });
  vi.advanceTimersByTime(899_000);
  await expect(limits.signIn('198.51.100.1', 'ada')).rejects.toMatchObject({ ...tooMany, retryAfter: 1 });
  vi.advanceTimersByTime(1_001);
  await limits.signIn('198.51.100.1', 'ada');
});

test('a right password sets the account’s counter back', async () => {
  const limits = createLimits(byName);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 9; n++) await limits.signIn(`192.0.${round}.${n}`, 'ada');
    const succeeded = await limits.signIn('198.51.100.1', 'ada');
    await succeeded();
  }
});

test('thirty wrong passwords close an address, which then cannot close accounts', async () => {
  const limits = createLimits(byName);
  for (let n = 0; n < 30; n++) await limits.signIn('2001:db8::1', `user${n}`);
  for (let n = 0; n < 20; n++) {
    await expect(limits.signIn(`2001:db8::${n + 2}`, 'grace')).rejects.toMatchObject(tooMany);
  }
  await limits.signIn('192.0.2.1', 'grace');
});

test('right passwords do not count against an address', async () => {
  const limits = createLimits(byName);
  for (let n = 0; n < 100; n++) {
    const succeeded = await limits.signIn('192.0.2.1', `user${n}`);
    await succeeded();
  }
});

test('guesses sent at the same moment count too', async () => {
  const limits = createLimits(byName);
  const tries = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => limits.signIn(`192.0.2.${n}`, 'ada')));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
});

test('new accounts from one address are limited', async () => {
  const limits = createLimits(byName);
  for (let n = 0; n < 60; n++) await limits.newcomer('192.0.2.1');
  await expect(limits.newcomer('192.0.2.1')).rejects.toMatchObject({ ...tooMany, retryAfter: 3600 });
  await limits.newcomer('192.0.2.2');
});

test('a signed-in person’s guesses at the password are limited, apart from others’', async () => {
  const limits = createLimits(byName);
  for (let n = 0; n < 10; n++) await limits.confirmation(1);
  await expect(limits.confirmation(1)).rejects.toMatchObject(tooMany);
  await limits.confirmation(2);
});
