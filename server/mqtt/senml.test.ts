import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSenml, settleTime } from './senml.ts';

const now = Date.UTC(2026, 10, 21, 12);
const seconds = now / 1_000;

describe('packs', () => {
  test('base fields hold until the next record that has them (RFC 8428 §5.1.3)', () => {
    const pack = [
      { bn: 'back ', bt: 1_320_067_464, bu: '%RH', bver: 5, n: 'humidity', v: 20 },
      { n: 'door', vs: 'open', t: 60 },
      { bn: '', bt: 1_320_067_500, n: 'lamp', vb: false, t: -1.5 },
    ];
    expect(readSenml(pack, now)).toEqual({
      ok: true,
      records: [
        { name: 'back humidity', value: 20, at: 1_320_067_464_000 },
        { name: 'back door', value: 'open', at: 1_320_067_524_000 },
        { name: 'lamp', value: false, at: 1_320_067_498_500 },
      ],
    });
  });

  test('the base value is added to numbers alone, and stands for a missing one', () => {
    const pack = [{ bv: 20, n: 'a', v: 1.5 }, { n: 'b' }, { n: 'c', vb: true }, { n: 'd', vs: 'x' }];
    const read = readSenml(pack, now);
    expect(read.ok && read.records.map(({ value }) => value)).toEqual([21.5, 20, true, 'x']);
  });

  test('a record of base fields alone is no value', () => {
    const read = readSenml([{ bn: 'a', bt: seconds, bv: 1 }, { v: 2 }], now);
    expect(read).toEqual({ ok: true, records: [{ name: 'a', value: 3, at: now }] });
  });

  test.each([
    [undefined, now],
    [0, now],
    [-30, now - 30_000],
    [5, now + 5_000],
    [2 ** 28 - 1, now + (2 ** 28 - 1) * 1_000],
    [2 ** 28, 2 ** 28 * 1_000],
    [seconds - 0.25, now - 250],
  ])('time %s s', (t, at) => {
    const read = readSenml([{ n: 'a', v: 1, ...(t === undefined ? {} : { t }) }], now);
    expect(read).toEqual({ ok: true, records: [{ name: 'a', value: 1, at }] });
  });

  test('on a variable’s own topic the name is empty or the same', () => {
    const read = readSenml([{ v: 1 }, { n: '', v: 2 }, { n: 'door', v: 3 }], now, 'door');
    expect(read.ok && read.records.map(({ name }) => name)).toEqual(['door', 'door', 'door']);
    expect(readSenml([{ n: 'lamp', v: 1 }], now, 'door').ok).toBe(false);
    expect(readSenml([{ v: 1 }], now).ok).toBe(false);
  });

  test('unknown fields are ignored unless they must be understood', () => {
    expect(readSenml([{ n: 'a', v: 1, u: 'Cel', ut: 10, later: {} }], now).ok).toBe(true);
    expect(readSenml([{ n: 'a', v: 1, later_: 1 }], now).ok).toBe(false);
    expect(readSenml(JSON.parse('[{"n":"a","v":1,"__proto__":1}]'), now).ok).toBe(false);
    expect(readSenml(JSON.parse('[{"n":"a","v":1,"constructor":1}]'), now).ok).toBe(true);
  });

  test.each<[string, unknown]>([
    ['no list', { n: 'a', v: 1 }],
    ['an empty list', []],
    ['a record that is no object', [1]],
    ['a list as record', [[]]],
    ['an empty record', [{}]],
    ['no value', [{ n: 'a' }]],
    ['a time and no value', [{ bn: 'a', t: 1 }]],
    ['two values', [{ n: 'a', v: 1, vs: 'x' }]],
    ['a data value', [{ n: 'a', vd: 'AA' }]],
    ['a sum', [{ n: 'a', s: 1 }]],
    ['a base sum', [{ n: 'a', v: 1, bs: 1 }]],
    ['a newer version', [{ bver: 11, n: 'a', v: 1 }]],
    ['version 0', [{ bver: 0, n: 'a', v: 1 }]],
    ['half a version', [{ bver: 9.5, n: 'a', v: 1 }]],
    [
      'two versions',
      [
        { bver: 5, n: 'a', v: 1 },
        { bver: 6, n: 'b', v: 1 },
      ],
    ],
    ['text as number', [{ n: 'a', v: '1' }]],
    ['null as number', [{ n: 'a', v: null }]],
    ['number as name', [{ n: 1, v: 1 }]],
    ['text as time', [{ n: 'a', v: 1, t: '0' }]],
    ['an infinite value', JSON.parse('[{"n":"a","v":1e999}]')],
    ['an infinite sum of base and value', [{ bv: Number.MAX_VALUE, n: 'a', v: Number.MAX_VALUE }]],
    ['an infinite time', JSON.parse('[{"n":"a","v":1,"t":-1e999}]')],
  ])('refused with a reason: %s', (_name, pack) => {
    expect(readSenml(pack, now)).toEqual({ ok: false, reason: expect.stringMatching(/\w/) });
  });

  test('1,000 records are read, one more is refused, and a bad one refuses all', () => {
    const pack = Array.from({ length: 1_000 }, (_, v) => ({ n: 'a', v }));
    const read = readSenml(pack, now);
    expect(read.ok && read.records.length).toBe(1_000);
    expect(readSenml([...pack, { n: 'a', v: 1 }], now).ok).toBe(false);
    expect(readSenml([...pack.slice(1), { n: 'a' }], now)).toEqual({
      ok: false,
      reason: 'record 1000: exactly one value (v, vs or vb) is needed',
    });
  });

  test('any plain records come back as they were, by whatever base they are written', () => {
    const whole = fc.integer({ min: -1e9, max: 1e9 });
    const record = fc.record({ name: fc.string({ minLength: 1 }), v: whole, age: fc.integer({ min: 0, max: 1e6 }) });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), whole, fc.boolean(), (given, bv, absolute) => {
        const bt = absolute ? seconds : 0;
        const pack = given.map(({ name, v, age }, i) => ({
          ...(i === 0 ? { bv, bt } : {}),
          n: name,
          v: v - bv,
          t: -age,
        }));
        const records = given.map(({ name, v, age }) => ({ name, value: v, at: now - age * 1_000 }));
        expect(readSenml(pack, now)).toEqual({ ok: true, records });
      }),
    );
  });

  test('any JSON is answered without a throw', () => {
    const field = fc.constantFrom('n', 'bn', 't', 'bt', 'v', 'bv', 'vs', 'vb', 'vd', 's', 'u', 'bver', 'x', 'x_');
    const record = fc.oneof(fc.dictionary(field, fc.jsonValue()), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(fc.array(record), fc.jsonValue()), (pack) => {
        const read = readSenml(pack, now);
        if (read.ok)
          for (const { name, at } of read.records) expect([name.length > 0, Number.isNaN(at)]).toEqual([true, false]);
        else expect(read.reason).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  [now, false],
  [now + 86_400_000, false],
  [now + 86_400_001, true],
  [Number.POSITIVE_INFINITY, true],
  [Date.UTC(2020, 0, 1), false],
  [Date.UTC(2020, 0, 1) - 1, true],
  [Number.NEGATIVE_INFINITY, true],
])('time %s is corrected: %s', (at, corrected) => {
  expect(settleTime(at, now)).toEqual({ at: corrected ? now : at, corrected });
});
