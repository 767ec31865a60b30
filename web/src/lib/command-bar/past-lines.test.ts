import { expect, test } from 'vitest';
import { createPastLines } from './past-lines.ts';

test('one goes back through what was given, each line once, and forth to what was being typed', async () => {
  const past = createPastLines(async () => ['b', 'a', 'b']);
  void past.load();
  past.add('c');
  past.add('b');
  expect(await past.older('draft')).toBe('b');
  expect(await past.older('b')).toBe('c');
  expect(await past.older('c')).toBe('a');
  expect(await past.older('a')).toBeUndefined();
  expect(past.newer()).toBe('c');
  expect(past.newer()).toBe('b');
  expect(past.isBack()).toBe(true);
  expect(past.newer()).toBe('draft');
  expect(past.isBack()).toBe(false);
});

test('an instance that does not answer leaves the lines of this page', async () => {
  const past = createPastLines(() => Promise.reject(new Error('gone')));
  void past.load();
  expect(await past.older('')).toBeUndefined();
  past.add('a');
  expect(await past.older('')).toBe('a');
});
