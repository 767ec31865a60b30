import { expect, test } from 'vitest';
import { exactTime, relativeTime } from './time.ts';

const now = Date.UTC(2026, 5, 15, 12);
const ago = (seconds: number, locale = 'en') => relativeTime(now - seconds * 1000, now, locale);

test.each([
  [0, 'now'],
  [2, 'now'],
  [-2, 'now'],
  [3, '3 sec. ago'],
  [59, '59 sec. ago'],
  [60, '1 min. ago'],
  [3599, '59 min. ago'],
  [3600, '1 hr. ago'],
  [86_399, '23 hr. ago'],
  [86_400, '1 day ago'],
  [-3600, 'in 1 hr.'],
  [31 * 86_400, 'May 15, 2026'],
])('%i s ago is %j', (seconds, text) => expect(ago(seconds)).toBe(text));

test('in Russian', () => {
  expect(ago(0, 'ru')).toBe('сейчас');
  expect(ago(300, 'ru')).toBe('5 мин. назад');
});

test('exact to the second', () => expect(exactTime(now, 'en')).toMatch(/^Jun 1[45], 2026, \d+:\d\d:00.[AP]M$/));
