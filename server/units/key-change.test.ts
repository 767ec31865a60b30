import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { type Env, sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { unitRequest } from '../testing/unit-request.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

const schema = { input_variables: { lamp: { type: 'boolean' } }, output_variables: { n: { type: 'integer' } } };

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  units = unitsOf(owner, schema);
});
afterAll(() => croft.close());

const change = ({ id }: Unit, overlap = true) =>
  owner.call('POST /api/units/:id/keys', { params: { id }, body: { overlap } });
const shown = async ({ id }: Unit) => {
  const unit = await owner.call('GET /api/units/:id', { params: { id } });
  if (!('keysChanging' in unit)) throw new Error('the unit is not shown to its owner');
  return unit;
};
const envOf = ({ id }: Unit): Promise<Env> => owner.call('GET /api/units/:id/env', { params: { id } });
const commandOf = async ({ id }: Unit) => {
  const [newest] = await owner.call('GET /api/units/:id/commands', { params: { id } });
  if (newest?.command !== 'env') throw new Error('no command was sent');
  return newest.id;
};
const connect = (env: Env, boot: number, generation: number, n = 1) =>
  sealedDevice(env, { port: croft.mqttPort, boot, n, generation });
async function waiting(): Promise<number> {
  const waiters = await sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(croft.db);
  return waiters.rows.length;
}
/** Whether these keys let in, by a proof nobody has used. */
async function letsIn(env: Env, boot: number): Promise<boolean> {
  return (await unitRequest(env, '/api/device/env', { boot, n: 1 })).status === 200;
}

/** A unit with keys on their way to its board, which was online with the old ones at boot 1. */
async function changing() {
  const { unit, env: old } = await units.makeUnit();
  const device = await connect(old, 1, 1);
  await device.subscribe('command', 'input/+');
  await change(unit);
  return { unit, old, fresh: await envOf(unit), device, command: await commandOf(unit) };
}

describe('keys with an overlap', () => {
  test('a board follows without a visit: old ones work, then new ones, then the old ones are dead', async () => {
    const { unit, old, fresh, device, command } = await changing();
    expect(fresh.SECRET_KEY).not.toBe(old.SECRET_KEY);
    expect(await shown(unit)).toMatchObject({ keysChanging: true, keysGeneration: 1 });
    await eventually(() => expect(device.heardOn('command')).toEqual([{ id: command, command: 'env', args: [] }]));
    await device.publish('receipt', { id: command, status: 'received' });
    const fetched = await unitRequest(old, '/api/device/env', { n: 2 });
    expect(JSON.parse(fetched.text)).toEqual(fresh);
    await device.publish('output/n', 1);

    const later = await connect(fresh, 2, 2);
    await later.subscribe('input/+', 'command');
    await units.setInput(unit, 'lamp', true);
    await eventually(() => expect(later.heardOn('input/lamp')).toEqual([true]));
    await later.publish('output/n', 2);
    expect(await shown(unit)).toMatchObject({ keysChanging: true, keysGeneration: 2 });
    await later.publish('receipt', { id: command, status: 'done', detail: 'env.json' });
    await eventually(async () => expect(await shown(unit)).toMatchObject({ keysChanging: false, keysGeneration: 2 }));
    expect(await letsIn(old, 3)).toBe(false);
    await units.refused(unit, 'old-key');
    await eventually(() => expect(device.isClosed()).toBe(true));
    expect(later.isClosed()).toBe(false);
    await later.publish('output/n', 3);
    expect(await units.valuesOf(unit, 'n')).toEqual([1, 2, 3]);
    expect(await letsIn(fresh, 3)).toBe(true);
    await later.close();
  });

  test('a board that rolls back is let in with the old ones, and the new ones end when it says that it failed', async () => {
    const { unit, old, fresh, command } = await changing();
    await (await connect(fresh, 2, 2)).close();
    const back = await connect(old, 3, 1);
    await back.publish('output/n', 1);
    expect(await shown(unit)).toMatchObject({ keysChanging: true, keysGeneration: 1 });
    await back.publish('receipt', { id: command, status: 'failed', detail: 'taken back' });
    await eventually(async () => expect(await shown(unit)).toMatchObject({ keysChanging: false, keysGeneration: 1 }));
    expect(await letsIn(fresh, 4)).toBe(false);
    expect(await letsIn(old, 4)).toBe(true);
    expect(await envOf(unit)).toEqual(old);
    expect(back.isClosed()).toBe(false);
    await back.close();
  });

  test('cancelled before the board came for them, the old ones stay alone', async () => {
    const { unit, old, fresh, command, device } = await changing();
    await owner.call('DELETE /api/commands/:id', { params: { id: command } });
    await eventually(async () => expect(await shown(unit)).toMatchObject({ keysChanging: false, keysGeneration: 1 }));
    expect([await letsIn(fresh, 2), await letsIn(old, 2)]).toEqual([false, true]);
    expect(device.isClosed()).toBe(false);
    await device.close();
  });

  test('expired with the new ones in use, those stay', async () => {
    const { unit, old, fresh, command, device } = await changing();
    await device.close();
    await (await connect(fresh, 2, 2)).close();
    await croft.db.updateTable('commands').set({ expiresAt: new Date() }).where('uuid', '=', command).execute();
    await eventually(async () => expect((await shown(unit)).keysChanging).toBe(false), 10_000);
    expect([await letsIn(old, 3), await letsIn(fresh, 3)]).toEqual([false, true]);
  });

  test('compromised: both are dead at once, also while an overlap is open, and counters begin anew', async () => {
    const { unit, old, fresh, device } = await changing();
    const other = await connect(fresh, 5, 2);
    const third = await change(unit, false);
    expect(third).toMatchObject({ keysGeneration: 3, keysChanging: false });
    await eventually(() => expect([device.isClosed(), other.isClosed()]).toEqual([true, true]));
    expect([await letsIn(old, 9), await letsIn(fresh, 9)]).toEqual([false, false]);
    expect(await letsIn(await envOf(unit), 1)).toBe(true);
  });

  test('the journal stores what the unit says while its keys are remade: neither waits for the other in a circle', async () => {
    const { unit } = await units.makeUnit();
    const { id } = await croft.db
      .selectFrom('units')
      .select('id')
      .where('uuid', '=', unit.id)
      .executeTakeFirstOrThrow();
    // As the journal does within a commit: first the counters, then the lines of the log.
    const journal = await croft.database.connect();
    await journal.query('begin');
    await journal.query('update unit_progress set last_seen_at = now() where unit_id = $1', [id]);
    const changed = change(unit, false);
    await eventually(async () => expect(await waiting()).toBe(1));
    await journal.query("insert into unit_log (unit_id, at, level, text) values ($1, now(), 'info', 'on')", [id]);
    await journal.query('commit');
    await journal.end();
    expect((await changed).keysGeneration).toBe(2);
  });

  test('one at a time, for sealed units with a board; what to do is said', async () => {
    const { unit, device } = await changing();
    await expect(change(unit)).rejects.toThrow(/409.*on their way/);
    await device.close();
    const { unit: plain } = await units.makeUnit('token');
    await expect(change(plain)).rejects.toThrow(/409.*token/);
    const virtual = await owner.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });
    await expect(change(virtual)).rejects.toThrow(/409.*simulated/);
    expect((await change(plain, false)).keysGeneration).toBe(2);
  });

  test('a result that nobody followed is made good at the next start', async () => {
    const { unit, old, fresh, command } = await changing();
    await (await connect(fresh, 2, 2)).close();
    // As a crash between the receipt and what follows from it leaves it.
    await croft.db.updateTable('commands').set({ status: 'done' }).where('uuid', '=', command).execute();
    await croft.restart();
    expect(await shown(unit)).toMatchObject({ keysChanging: false, keysGeneration: 2 });
    // The new start has other ports, which those of env.json are not.
    const here = { PEPEUNIT_URL: croft.url };
    expect([await letsIn({ ...old, ...here }, 3), await letsIn({ ...fresh, ...here }, 3)]).toEqual([false, true]);
  });
});

test('whichever keys are used in whatever order, no proof is let in twice and none that is older', async () => {
  const steps = fc.array(
    fc.record({ isNew: fc.boolean(), boot: fc.integer({ min: 1, max: 4 }), n: fc.integer({ min: 1, max: 3 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  );
  const property = fc.asyncProperty(steps, async (taken) => {
    const { unit, env: old } = await units.makeUnit();
    await change(unit);
    const fresh = await envOf(unit);
    let last = [0, 0];
    let generation = 1;
    for (const { isNew, boot, n } of taken) {
      const isLater = boot > (last[0] ?? 0) || (boot === last[0] && n > (last[1] ?? 0));
      const { status } = await unitRequest(isNew ? fresh : old, '/api/device/firmware', { boot, n });
      expect(status).toBe(isLater ? 200 : 401);
      if (!isLater) continue;
      last = [boot, n];
      generation = isNew ? 2 : 1;
      expect((await shown(unit)).keysGeneration).toBe(generation);
    }
  });
  await fc.assert(property, { numRuns: 8 });
}, 60_000);
