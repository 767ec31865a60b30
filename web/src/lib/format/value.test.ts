import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatValue, unitSymbol } from './value.ts';

test.each([
  [21.5, '21.5'],
  [0.1 + 0.2, '0.3'],
  [1234567, '1,234,567'],
  [1234.5678, '1,234.57'],
  [-0.5, '-0.5'],
  [0.00001234, '1.234E-5'],
  [1.5e12 + 0.5, '1.5E12'],
  [true, 'true'],
  ['open', 'open'],
  ['', ''],
  [null, '–'],
  [{ a: 1 }, '{"a":1}'],
])('%j reads %j', (value, text) => expect(formatValue(value, 'en')).toBe(text));

test('numbers follow the language', () => expect(formatValue(1234.5, 'ru')).toMatch(/^1.234,5$/));

test('what is shown is the number, to six digits', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e8, max: 1e8 });
  fc.assert(
    fc.property(numbers, (number) => {
      const shown = Number(formatValue(number, 'en').replaceAll(',', ''));
      expect(Math.abs(shown - number)).toBeLessThanOrEqual(Math.abs(number) * 5e-6);
    }),
  );
});

test('symbols of measure', () => {
  expect([unitSymbol('Cel'), unitSymbol('hPa'), unitSymbol('%RH'), unitSymbol(undefined)]).toEqual([
    '°C',
    'hPa',
    '%',
    '',
  ]);
});
