import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { entryOf, journalOn, makeUnits, storedValues } from '../testing/journal-units.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Journal, Stored } from './journal.ts';

const database = await freshDatabase();
const { db } = database;
let journal: Journal & { followed: Stored[] };
beforeAll(async () => {
  journal = await journalOn(database);
});
afterAll(async () => {
  await journal.stop();
  await database.drop();
});

const currentOf = (variableId: number | undefined) =>
  db
    .selectFrom('currentValues')
    .selectAll()
    .where('variableId', '=', variableId ?? 0)
    .executeTakeFirstOrThrow();
const progressOf = (unitId: number) =>
  db.selectFrom('unitProgress').selectAll().where('unitId', '=', unitId).executeTakeFirstOrThrow();

describe('what is appended', () => {
  test('is stored when it is acknowledged, with its current value', async () => {
    const [unit] = await makeUnits(db, 1);
    if (!unit) throw new Error('no unit');
    await journal.append(entryOf(unit, 21.5, { at: 1_750_000_000_123 }));
    expect(await storedValues(db, unit)).toEqual([21.5]);
    const current = await currentOf(unit.variables[0]?.id);
    expect([current.number, current.at?.getTime()]).toEqual([21.5, 1_750_000_000_123]);
  });

  test('keeps the order of each unit, is stored once, and the newest value by time is the current one', async () => {
    const value = fc.record({ unit: fc.nat(3), output: fc.nat(1), at: fc.nat(50) });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 120 }), async (values) => {
        const units = await makeUnits(db, 4, 2);
        const appended = values.map(({ unit, output, at }, index) => ({ unit: units[unit], output, index, at }));
        await Promise.all(
          appended.map(({ unit, output, index, at }) =>
            unit ? journal.append(entryOf(unit, index, { output, at: 1_750_000_000_000 + at })) : undefined,
          ),
        );
        for (const unit of units) {
          for (const output of [0, 1]) {
            const own = appended.filter((one) => one.unit === unit && one.output === output);
            expect(await storedValues(db, unit, output)).toEqual(own.map(({ index }) => index));
            const newest = own.reduce((best, one) => (one.at >= best.at ? one : best), {
              index: null as null | number,
              at: -1,
            });
            expect((await currentOf(unit.variables[output]?.id)).number).toBe(newest.index);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  test('reads back as it was, whatever JSON it is', async () => {
    const [unit] = await makeUnits(db, 1);
    if (!unit) throw new Error('no unit');
    // Postgres keeps neither NUL nor half surrogate pairs; the doors refuse them.
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed());
    const json = fc.jsonValue({ stringUnit: 'grapheme' }).filter((one) => storable(one as JsonValue));
    const awkward = fc.constantFrom('"', '\\', '{}', 'NULL', '{"a":"\\""}', ',', "'", '\n', '%', '$1');
    const known = fc.oneof(text, awkward, fc.boolean(), fc.integer(), json as fc.Arbitrary<JsonValue>);
    await fc.assert(
      fc.asyncProperty(fc.array(known, { minLength: 1, maxLength: 20 }), async (values) => {
        const before = (await storedValues(db, unit)).length;
        await Promise.all(values.map((value) => journal.append(entryOf(unit, value))));
        const stored = (await storedValues(db, unit)).slice(before);
        expect(stored).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
      }),
      { numRuns: 40 },
    );
  });

  test('is told to the followers after its commit, in order, with its place in the log', async () => {
    const [unit] = await makeUnits(db, 1, 2);
    if (!unit) throw new Error('no unit');
    const pack = {
      ...entryOf(unit, 1),
      values: [...entryOf(unit, 1).values, ...entryOf(unit, 2, { output: 1 }).values],
    };
    await Promise.all([journal.append(pack), journal.append(entryOf(unit, 3))]);
    const own = journal.followed.filter(({ entry }) => entry.unitId === unit.id);
    expect(own.map(({ entry }) => entry.values.map(({ value }) => value))).toEqual([[1, 2], [3]]);
    for (const { entry, tx, n, safeTx } of own) {
      const rows = await db
        .selectFrom('events')
        .select(['variableId', 'n'])
        .where('tx', '=', tx)
        .orderBy('n')
        .execute();
      const places = entry.values.map(({ variableId }, index) => ({ variableId, n: n + index }));
      expect(rows).toEqual(expect.arrayContaining(places));
      expect(safeTx).toBeLessThanOrEqual(tx);
    }
  });

  test('moves counters, state and log lines in the same commit', async () => {
    const [unit] = await makeUnits(db, 1);
    if (!unit) throw new Error('no unit');
    const at = 1_750_000_000_000;
    const log = { at, level: 'warning', text: 'low "battery"' };
    const heard = (seq: number) => ({ generation: 1, boot: 2, seq, at: at + seq });
    await journal.append({ ...entryOf(unit, 1), heard: heard(7), state: { mem_free: 12_000 }, log });
    await journal.append({ ...entryOf(unit, 2), heard: heard(8) });
    const progress = await progressOf(unit.id);
    expect(progress).toMatchObject({ boot: 2, seq: 8, state: { mem_free: 12_000 } });
    expect(progress.lastSeenAt?.getTime()).toBe(at + 8);
    const lines = await db.selectFrom('unitLog').select(['level', 'text']).where('unitId', '=', unit.id).execute();
    expect(lines).toEqual([{ level: 'warning', text: 'low "battery"' }]);
  });

  test('moves no counter back, and none by older keys', async () => {
    const [unit] = await makeUnits(db, 1);
    if (!unit) throw new Error('no unit');
    const heard = (generation: number, boot: number, seq: number) => ({ generation, boot, seq, at: Date.now() });
    await journal.append({ ...entryOf(unit, 1), heard: heard(1, 5, 9) });
    await journal.append({ ...entryOf(unit, 2), heard: heard(1, 5, 3) });
    await journal.append({ ...entryOf(unit, 3), heard: heard(2, 9, 9) });
    expect(await progressOf(unit.id)).toMatchObject({ boot: 5, seq: 9 });
  });

  test('of a unit that was deleted meanwhile hurts nobody', async () => {
    const [gone, unit] = await makeUnits(db, 2);
    if (!gone || !unit) throw new Error('no units');
    await db.deleteFrom('units').where('id', '=', gone.id).execute();
    const log = { at: Date.now(), level: 'info', text: 'bye' };
    await Promise.all([journal.append({ ...entryOf(gone, 1), log, state: {} }), journal.append(entryOf(unit, 2))]);
    expect(await storedValues(db, unit)).toEqual([2]);
  });
});

describe('an entry that Postgres refuses', () => {
  test('does not hurt its neighbours', async () => {
    const units = await makeUnits(db, 10);
    const isBad = (index: number) => index % 37 === 5;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, index) => {
        const unit = units[index % units.length];
        if (unit) await journal.append(entryOf(unit, isBad(index) ? 'a NUL \0' : index));
      }),
    );
    const refused = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
    expect(refused).toEqual(Array.from({ length: 200 }, (_, index) => index).filter(isBad));
    for (const [place, unit] of units.entries()) {
      const sent = Array.from({ length: 20 }, (_, turn) => turn * units.length + place);
      expect(await storedValues(db, unit)).toEqual(sent.filter((index) => !isBad(index)));
    }
    expect(journal.size()).toBe(0);
  });
});

function storable(value: JsonValue): boolean {
  const text = JSON.stringify(value);
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text);
}
