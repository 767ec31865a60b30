import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type TestTemplate, templateOf } from '../testing/templates.ts';
import type { Unit } from '../testing/units.ts';

const schema = { input_variables: { dial: { type: 'number' } }, output_variables: { warmth: { type: 'number' } } };

let croft: TestInstance;
let admin: TestClient;
let ada: TestClient;
let bob: TestClient;
let carol: TestClient;
let shed: Unit;

beforeAll(async () => {
  croft = await testInstance();
  admin = await croft.administrator();
  ada = await croft.user('ada');
  bob = await croft.user('bob');
  carol = await croft.user('carol');
  shed = await ada.call('POST /api/units', { body: { name: 'Shed', schema } });
});
afterAll(() => croft.close());

const newest = async (client: TestClient, object?: string) =>
  (await client.call('GET /api/audit', { query: { limit: 1, object } }))[0];
/** A unit of ada's that was brought to a second version of her template. */
async function updated(template: TestTemplate) {
  const files = { 'unit.py': '# a program' };
  await template.add({ label: '1', schema, files });
  const { id } = await ada.call('POST /api/units', { body: { name: `Of ${template.id}`, template: template.id } });
  const version = await template.add({ label: '2', schema, files });
  const body = { overTheAir: false };
  const update = await ada.call('POST /api/units/:id/updates', { params: { id }, body });
  return { version, update: update.id, files };
}
const unitParams = () => ({ params: { id: shed.id } });

describe('who reads', () => {
  test('what they were kept from learns nothing of it, but its owner does', async () => {
    const nothing = '01890000-0000-7000-8000-000000000000';
    for (const id of [shed.id, nothing]) await bob.send('DELETE /api/units/:id', { params: { id } });
    const [missing, hidden] = await bob.call('GET /api/audit', { query: { limit: 2 } });
    expect(hidden).toEqual({ ...missing, id: hidden?.id, at: hidden?.at });
    expect(hidden?.object).toEqual({ kind: 'unit', id: null, name: '', owner: null });
    expect(await newest(bob, shed.id)).toBeUndefined();
    expect(await newest(ada)).toMatchObject({ actor: 'bob', result: 'denied', object: { name: 'Shed' } });
  });

  test('was kept from a grant, a template or an update reads the same as if there were none', async () => {
    const variable = shed.variables.find(({ name }) => name === 'warmth')?.id ?? '';
    const grant = await ada.call('POST /api/grants', { body: { variable, access: 'read', user: 'admin' } });
    const template = await templateOf(croft.db, ada);
    const { version, update } = await updated(template);
    const order = { units: [shed.id], version };
    const nothing = '01890000-0000-7000-8000-000000000000';
    const tries: [key: string, id: string, body?: object][] = [
      ['DELETE /api/grants/:id', grant.id],
      ['PATCH /api/templates/:id', template.id, { name: 'Mine' }],
      ['POST /api/templates/:id/updates', template.id, order],
      ['DELETE /api/updates/:id', update],
    ];
    for (const [key, id, body] of tries) {
      await bob.send(key, { params: { id: nothing }, body });
      await bob.send(key, { params: { id }, body });
      const [hidden, missing] = await bob.call('GET /api/audit', { query: { limit: 2 } });
      expect(hidden, key).toEqual({ ...missing, id: hidden?.id, at: hidden?.at });
      expect(hidden?.object, key).toMatchObject({ id: null, name: '', owner: null });
      for (const object of [id, variable, shed.id]) {
        const found = await bob.call('GET /api/audit', { query: { object } });
        expect(found.filter(({ result }) => result === 'denied')).toEqual([]);
      }
    }
    const hers = (await ada.call('GET /api/audit', { query: { limit: 20 } })).filter(({ actor }) => actor === 'bob');
    const names = hers.map(({ action, object }) => [action, object.name]);
    expect(names).toContainEqual(['template.change', expect.stringMatching(/^Template/)]);
    expect(names).toContainEqual(['update.cancel', expect.stringContaining(': 2')]);
    expect(names).toContainEqual(['grant.revoke', 'Shed#warmth']);
  });

  test('of updates ordered at a template is who ordered them, also where the template is another’s', async () => {
    const template = await templateOf(croft.db, ada, 'local');
    const { files } = await updated(template);
    const unit = await bob.call('POST /api/units', { body: { name: 'His', template: template.id } });
    const version = await template.add({ label: '3', schema, files });
    const body = { units: [unit.id], version };
    await bob.call('POST /api/templates/:id/updates', { params: { id: template.id }, body });
    expect(await newest(bob)).toMatchObject({ action: 'update.order', object: { kind: 'update', owner: null } });
    expect((await newest(bob))?.object.name).toMatch(/^Template/);
    const hers = await ada.call('GET /api/audit', { query: { limit: 200 } });
    expect(hers.filter(({ action, actor }) => action === 'update.order' && actor === 'bob')).toEqual([]);
  });

  test('finds by a unit what was asked for its variables, too', async () => {
    const address = 'ada:/Shed#warmth';
    const asked = await carol.call('POST /api/access-requests', { body: { address, access: 'read' } });
    await ada.call('POST /api/access-requests/:id/answer', { params: { id: asked.id }, body: { granted: true } });
    expect(await newest(ada, shed.id)).toMatchObject({ action: 'request.answer', detail: { granted: true } });
  });

  test('sees no acts of others on what is not theirs; the administrator sees all', async () => {
    await ada.call('PUT /api/units/:id/settings', { ...unitParams(), body: {} });
    expect(await bob.call('GET /api/audit', { query: { object: shed.id } })).not.toContainEqual(
      expect.objectContaining({ actor: 'ada' }),
    );
    expect(await newest(admin)).toMatchObject({ action: 'unit.settings', actor: 'ada' });
    const body = { name: 'Reader', scopes: ['read' as const], days: 1 };
    const { secret } = await admin.call('POST /api/tokens', { body });
    const reader = createClient(() => croft.url, { bearer: secret });
    const actors = (await reader.call('GET /api/audit', { query: { limit: 200 } })).map(({ actor }) => actor);
    expect(new Set(actors)).toEqual(new Set(['admin']));
  });

  test('pages backwards by id', async () => {
    const all = await ada.call('GET /api/audit', { query: { limit: 6 } });
    const first = await ada.call('GET /api/audit', { query: { limit: 3 } });
    const rest = await ada.call('GET /api/audit', { query: { limit: 3, before: first[2]?.id } });
    expect([...first, ...rest]).toEqual(all);
  });
});
