import { afterAll, expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { testInstance, testPassword } from '../testing/instance.ts';

const croft = await testInstance();
afterAll(() => croft.close());

const count = async (table: 'units' | 'variables' | 'sectors' | 'sessions') =>
  (await croft.db.selectFrom(table).select('id').execute()).length;

// The heartbeat of a live page finds a lost session after 25 s; within 10 s only the announcement does.
test('an account goes with its places, units, history and live page', async () => {
  const admin = await croft.administrator();
  const grace = await croft.user('grace');
  const { id: sector } = await grace.call('POST /api/sectors', { body: { path: '/Shed' } });
  await grace.call('POST /api/units/virtual', { body: { simulation: 'weather-station', sector } });
  await eventually(async () => {
    expect((await croft.db.selectFrom('events').select('n').execute()).length).toBeGreaterThan(0);
  });
  const page = await grace.send('GET /api/live', { query: { mine: '1' } });
  expect(page.status).toBe(200);
  const pageEnds = page.text();

  const body = { password: testPassword };
  expect((await admin.send('POST /api/me/deletion', { body })).status).toBe(409);
  await grace.call('POST /api/me/deletion', { body });

  await pageEnds;
  expect([await count('units'), await count('variables'), await count('sectors')]).toEqual([0, 0, 0]);
  expect(await count('sessions')).toBe(1);
  await eventually(async () => expect(await croft.db.selectFrom('events').select('n').execute()).toEqual([]));
  expect((await grace.send('GET /api/me')).status).toBe(401);
}, 10_000);

test('locking a user closes the live page at once', async () => {
  const admin = await croft.administrator();
  const edith = await croft.user('edith');
  const { id } = await edith.call('GET /api/me');
  const page = await edith.send('GET /api/live', { query: { mine: '1' } });
  const pageEnds = page.text();
  await admin.call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
  await pageEnds;
  expect((await edith.send('GET /api/me')).status).toBe(401);
}, 10_000);
