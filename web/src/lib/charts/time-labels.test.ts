import { expect, test } from 'vitest';
import { timeLabels } from './time-labels.ts';

const minute = 60_000;
const hour = 60 * minute;
const midnight = new Date(2026, 5, 15).getTime();
const ticks = (count: number, step: number, from = midnight) =>
  Array.from({ length: count }, (_, n) => from + n * step);

test('hours carry the date at the first tick and at each new day', () => {
  const labels = timeLabels(ticks(3, 6 * hour, midnight - 6 * hour), 6 * hour, 'en-GB');
  expect(labels).toEqual(['18:00\n14 Jun', '00:00\n15 Jun', '06:00']);
});

test('seconds are shown when ticks are closer than a minute', () => {
  expect(timeLabels(ticks(2, 15_000), 15_000, 'en-GB')).toEqual(['00:00:00\n15 Jun', '00:00:15']);
});

test('days and months', () => {
  expect(timeLabels(ticks(2, 24 * hour), 24 * hour, 'ru')).toEqual(['15 июн.', '16 июн.']);
  expect(timeLabels(ticks(1, 1), 30 * 24 * hour, 'en')).toEqual(['Jun 2026']);
});

test('twelve hours where people count so', () => {
  expect(timeLabels(ticks(1, 1), hour, 'en-US')).toEqual(['12:00 AM\nJun 15']);
});
