import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { graphOf } from '../testing/links.ts';
import { type LivePage, livePage } from '../testing/live-page.ts';

type Counters = { passed: number; throttled: number; refused: number; perMinute: number; last: { value: unknown } };

let croft: TestInstance;
/** Owns the output. */
let ada: TestClient;
/** Owns the input. */
let ben: TestClient;
/** Made the link. */
let carol: TestClient;
let hers: ReturnType<typeof graphOf>;
let his: ReturnType<typeof graphOf>;
/** Of the three, in this order. */
let pages: LivePage[];
let strangers: LivePage[];

beforeAll(async () => {
  croft = await testInstance();
  [ada, ben, carol] = [await croft.user('ada'), await croft.user('ben'), await croft.user('carol')];
  [hers, his] = [graphOf(ada), graphOf(ben)];
  const dave = await croft.user('dave');
  const asked = [{ mine: '1' }, { mine: '1' }, { links: 'mine' }];
  pages = await Promise.all([ada, ben, carol].map((client, index) => livePage(client, asked[index] ?? {})));
  strangers = await Promise.all([dave, croft.anonymous].map((client) => livePage(client, { mine: '1' })));
});
afterAll(async () => {
  for (const page of [...pages, ...strangers]) await page.close();
  await croft.close();
});

const give = (owner: TestClient, variable: string, access: 'read' | 'write', user: string) =>
  owner.call('POST /api/grants', { body: { variable, access, user } });

/** Ada's output, which carol may read, linked by her to ben's input, which she may write. */
async function linked(settings: { minInterval?: number } = {}) {
  const [source, target] = [await hers.makeUnit('token'), await his.makeUnit()];
  const [output, input] = [hers.variableOf(source.unit, 'temperature'), his.variableOf(target.unit, 'level')];
  await give(ada, output, 'read', 'carol');
  const grant = await give(ben, input, 'write', 'carol');
  const link = await carol.call('POST /api/links', { body: { output, input, ...settings } });
  return { source, target, grant, link };
}

const told = (page: LivePage | undefined, id: string) => (page?.of('link') ?? []).filter((data) => data.id === id);
const changes = (page: LivePage | undefined, id: string) =>
  told(page, id).flatMap(({ change }) => (change === undefined ? [] : [change]));
const counters = (page: LivePage | undefined, id: string) =>
  told(page, id).flatMap((data) => (data.counters === undefined ? [] : [data.counters as Counters]));
const all = (id: string, expected: string[]) =>
  eventually(() => expect(pages.map((page) => changes(page, id))).toEqual([expected, expected, expected]));

describe('the open pages of both owners and of who made a link hear', () => {
  test('that it was made, changed, cut and deleted, and nobody else does', async () => {
    const { link, grant } = await linked();
    await all(link.id, ['made']);
    await carol.call('PATCH /api/links/:id', { params: { id: link.id }, body: { onlyOnChange: true } });
    await all(link.id, ['made', 'changed']);
    await ben.call('DELETE /api/grants/:id', { params: { id: grant.id } });
    await all(link.id, ['made', 'changed', 'changed']);
    await ada.call('DELETE /api/links/:id', { params: { id: link.id } });
    await all(link.id, ['made', 'changed', 'changed', 'deleted']);
    expect(strangers.flatMap((page) => page.heard)).toEqual([]);
  });

  test('that it went with an end', async () => {
    const { link, target } = await linked();
    await ben.call('DELETE /api/units/:id', { params: { id: target.unit.id } });
    await all(link.id, ['made', 'deleted']);
  });

  test('that it is gone for who made it, when somebody else takes it over', async () => {
    const { link, source } = await linked();
    await give(ada, hers.variableOf(source.unit, 'temperature'), 'read', 'ben');
    await ben.call('PATCH /api/links/:id', { params: { id: link.id }, body: { minInterval: 5 } });
    await eventually(() => expect(changes(pages[2], link.id)).toEqual(['made', 'deleted']));
    await eventually(() => expect(changes(pages[1], link.id)).toEqual(['made', 'changed']));
  });

  test('what passed and what did not, each link at most once a second; a page that asks for less hears nothing', async () => {
    const { link, source } = await linked({ minInterval: 60_000 });
    const idle = await linked();
    const idleDevice = await tokenDevice(idle.source.env, { port: croft.mqttPort });
    await idleDevice.publish('output/temperature', 7);
    const presence = await livePage(ada, { presence: 'mine' });
    const values = await livePage(ada, { units: source.unit.id });
    const device = await tokenDevice(source.env, { port: croft.mqttPort });
    const begun = Date.now();
    let sent = 0;
    await eventually(async () => {
      await device.publish('output/temperature', Math.min(++sent, 100));
      for (const page of pages) expect(counters(page, link.id).length).toBeGreaterThanOrEqual(3);
    }, 10_000);
    const seconds = (Date.now() - begun) / 1_000;
    for (const page of pages) {
      await eventually(() =>
        expect(counters(page, link.id).at(-1)).toMatchObject({
          ...{ passed: 1, throttled: sent - 1, refused: 0, perMinute: 1, last: { value: 1 } },
        }),
      );
      expect(counters(page, link.id).length).toBeLessThanOrEqual(seconds + 2);
    }
    expect(sent).toBeGreaterThan(10);
    expect(pages.map((page) => counters(page, idle.link.id))).toMatchObject([
      [{ passed: 1 }],
      [{ passed: 1 }],
      [{ passed: 1 }],
    ]);
    expect([...presence.of('link'), ...values.of('link')]).toEqual([]);
    expect(strangers.flatMap((page) => page.heard)).toEqual([]);
    await device.close();
    await idleDevice.close();
    await presence.close();
    await values.close();
  });
});
