import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../database/connection.ts';
import { testInstance } from '../testing/instance.ts';
import { createRefusals, type NotedRefusal } from './refusals.ts';

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');
const log = pino({ level: 'silent' });

let unit = { unitId: 0, unitUuid: '' };
let count = 0;
beforeEach(async () => {
  unit = await makeUnit();
});

async function makeUnit() {
  count++;
  const { id } = await ann.call('POST /api/units', { body: { name: `Unit ${count}`, schema: {} } });
  const row = croft.db.selectFrom('units').select('id').where('uuid', '=', id);
  return { unitId: (await row.executeTakeFirstOrThrow()).id, unitUuid: id };
}

const listed = () => ann.call('GET /api/units/:id/refusals', { params: { id: unit.unitUuid } });
const short = async () => (await listed()).map(({ reason, topic, count }) => [reason, topic, count]);
const refusal = (topic = 'a', reason = 'bad-value', detail = 'why') => ({ ...unit, reason, topic, detail });

/** The same database, with its statements counted; it can be made to fail. */
function watched() {
  const statements = { count: 0, failing: 0 };
  const db = new Proxy(croft.db, {
    get(target, name, receiver) {
      if (name !== 'getExecutor') return Reflect.get(target, name, receiver);
      statements.count++;
      if (statements.failing-- > 0) throw new Error('the database is away');
      return target.getExecutor.bind(target);
    },
  }) as Db;
  return { db, statements };
}

describe('refusals', () => {
  test('stand at their unit once they are noted, with the last detail', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    const before = Date.now();
    await Promise.all([refusals.note(refusal('a', 'bad-value', 'first')), refusals.note(refusal('b', 'replay'))]);
    await refusals.note(refusal('a', 'bad-value', 'second'));
    const rows = await listed();
    expect(rows).toMatchObject([
      { reason: 'bad-value', topic: 'a', detail: 'second', count: 2 },
      { reason: 'replay', topic: 'b', detail: 'why', count: 1 },
    ]);
    expect(Date.parse(rows[0]?.firstAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(rows[0]?.lastAt ?? '')).toBeGreaterThan(Date.parse(rows[0]?.firstAt ?? ''));
    await refusals.stop();
  });

  test('that are equal are counted in one row, and cost one statement however many', async () => {
    const { db, statements } = watched();
    const refusals = createRefusals({ db, log });
    await Promise.all(Array.from({ length: 5_000 }, (_, index) => refusals.note(refusal(`topic ${index % 3}`))));
    expect(statements.count).toBe(1);
    expect((await short()).toSorted()).toEqual(
      [0, 1, 2].map((topic) => ['bad-value', `topic ${topic}`, topic < 2 ? 1667 : 1666]),
    );
    await refusals.stop();
  });

  test('begin a new row when the last one is older than ten minutes', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    await refusals.note(refusal());
    const old = new Date(Date.now() - 601_000);
    await croft.db.updateTable('refusals').set({ lastAt: old }).where('unitId', '=', unit.unitId).execute();
    await refusals.note(refusal());
    await refusals.note(refusal());
    expect(await short()).toEqual([
      ['bad-value', 'a', 2],
      ['bad-value', 'a', 1],
    ]);
    await refusals.stop();
  });

  test('are kept a hundred of one unit, the newest, and never at the cost of another', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    const other = await makeUnit();
    await refusals.note({ ...refusal('quiet'), ...other });
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 60 }, (_, index) => refusals.note(refusal(`${round} ${index}`))));
    }
    await refusals.note(refusal('1 59'));
    const rows = await short();
    expect(rows).toHaveLength(100);
    expect(rows[0]).toEqual(['bad-value', '1 59', 2]);
    expect(rows.filter(([, topic]) => String(topic).startsWith('2 '))).toHaveLength(60);
    expect(rows.filter(([, topic]) => String(topic).startsWith('0 '))).toHaveLength(0);
    unit = other;
    expect(await short()).toEqual([['bad-value', 'quiet', 1]]);
    await refusals.stop();
  });

  test('of a flood of different topics share the rows that are left, and none goes uncounted', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => refusals.note(refusal(`topic ${index}`))));
    const rows = await listed();
    expect(rows).toHaveLength(81);
    expect(rows.find(({ topic }) => topic === '…')?.count).toBe(920);
    await refusals.stop();
  });

  test('of a unit that is gone do not keep others from being stored', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    await Promise.all([refusals.note({ ...refusal(), unitId: 1e9 }), refusals.note(refusal())]);
    expect(await short()).toEqual([['bad-value', 'a', 1]]);
    await refusals.stop();
  });

  test('hold any text: cut, and without what the database cannot keep', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    await refusals.note(refusal(`nul \0 half \ud800 ${'x'.repeat(1_000)}`, 'bad-value', 'ж'.repeat(2_000)));
    const [row] = await listed();
    expect(row?.topic).toMatch(/^nul \ufffd half \ufffd x{240,}…$/);
    expect(row?.detail).toBe(`${'ж'.repeat(500)}…`);
    await refusals.stop();
  });

  test('are told to those who listen once they are stored', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    const heard: NotedRefusal[] = [];
    refusals.onNoted((noted) => heard.push(noted));
    await Promise.all([refusals.note(refusal()), refusals.note(refusal()), refusals.note(refusal('b'))]);
    const seen = heard.map(({ unitUuid, reason, topic, count }) => [unitUuid, reason, topic, count]);
    expect(seen).toEqual([
      [unit.unitUuid, 'bad-value', 'a', 2],
      [unit.unitUuid, 'bad-value', 'b', 1],
    ]);
    await refusals.stop();
  });

  test('wait for a database that is away, and are all there afterwards', async () => {
    const { db, statements } = watched();
    statements.failing = 2;
    const refusals = createRefusals({ db, log });
    const first = refusals.note(refusal());
    setTimeout(() => refusals.note(refusal()), 300);
    await first;
    await refusals.note(refusal());
    expect(await short()).toEqual([['bad-value', 'a', 3]]);
    await refusals.stop();
  });

  test('that were gathered are stored when it stops; without a database they are said not to be stored', async () => {
    const refusals = createRefusals({ db: croft.db, log });
    const noted = refusals.note(refusal());
    await refusals.stop();
    await noted;
    expect(await short()).toEqual([['bad-value', 'a', 1]]);

    const { db, statements } = watched();
    statements.failing = 1;
    const cut = createRefusals({ db, log });
    const lost = cut.note(refusal());
    await cut.stop();
    await expect(lost).rejects.toThrow('the database is away');
  });
});
