import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { sectorName } from './contract.ts';
import { deepestSector, formatPath, parsePath } from './path.ts';

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => text.normalize('NFC').trim())
  .filter((text) => sectorName.safeParse(text).success);
const names = fc.array(name, { minLength: 1, maxLength: deepestSector });
const slashes = fc.constantFrom('/', '//', ' / ', '/ /');

describe('paths', () => {
  test('a formatted path parses to the same names', () => {
    fc.assert(
      fc.property(names, (list) => {
        expect(parsePath(formatPath(list))).toEqual(list);
      }),
    );
  });

  test('spaces and slashes around names make no difference', () => {
    fc.assert(
      fc.property(names, fc.array(slashes, { minLength: 18, maxLength: 18 }), (list, between) => {
        const untidy = list.map((step, index) => `${between[index]}${step}`).join('') + between.at(-1);
        expect(parsePath(untidy)).toEqual(list);
      }),
    );
  });

  test('any text is a path or a 422 that says why', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          const list = parsePath(text);
          expect(parsePath(formatPath(list))).toEqual(list);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ status: 422, issues: [{ path: '/path' }] });
        }
      }),
    );
  });

  test.each([
    ['', 'at least one sector'],
    [' // ', 'at least one sector'],
    ['/a/../b', 'cannot be . or ..'],
    ['/a/b\u0000', 'any letter and spaces'],
    [`/${'x'.repeat(65)}`, '64 characters at most'],
    ['/a'.repeat(17), '16 levels deep'],
  ])('%j is refused', (text, why) => {
    expect(() => parsePath(text)).toThrow(why);
  });

  test('the same letters typed in two ways are one name', () => {
    expect(parsePath('/Cafe\u0301')).toEqual(parsePath('/Café'));
  });
});
