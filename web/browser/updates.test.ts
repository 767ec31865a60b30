import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { type Env, sealedDevice } from '../../server/testing/device.ts';
import { gitServer } from '../../server/testing/git-server.ts';
import { unitRequest } from '../../server/testing/unit-request.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { first, newer, program, second, twoVersions } from './versions-of-template.ts';

const { croft, browser } = await openCroft({ env: { CROFT_OUTGOING_ALLOW: '127.0.0.1' } });
const git = await gitServer();
const ada = await croft.user('ada');
afterAll(git.close);

const unitOf = (template: string, name: string) => ada.call('POST /api/units', { body: { name, template } });
const shown = (id: string) => ada.call('GET /api/templates/:id', { params: { id } });

/** A board of a unit, as its firmware would update itself: asked by a command, over HTTP, with receipts. */
async function boardOf(id: string) {
  const env: Env = await ada.call('GET /api/units/:id/env', { params: { id } });
  let boot = 1;
  let n = 1;
  let device = await connect();
  async function connect() {
    const made = await sealedDevice(env, { port: croft.mqttPort, boot, n });
    await made.subscribe('command');
    return made;
  }
  const orders = () => device.heardOn('command') as { id: string; command: string }[];
  let order = '';
  return {
    orders,
    begins: async () => {
      await soon(() => expect(orders().at(-1)?.command).toBe('update'));
      order = orders().at(-1)?.id ?? '';
      await device.publish('receipt', { id: order, status: 'received', detail: '' });
    },
    fetches: async () => {
      const manifest = await unitRequest(env, '/api/device/firmware', { boot, n: ++n });
      const { files } = JSON.parse(manifest.text) as { files: { path: string }[] };
      const own = files.find(({ path }) => path === 'unit.py');
      await unitRequest(env, `/api/device/files/${own?.path}`, { boot, n: ++n });
    },
    restarts: async () => {
      await device.close();
      boot += 1;
      n = 1;
      device = await connect();
    },
    ends: (status: 'done' | 'failed', detail = '') => device.publish('receipt', { id: order, status, detail }),
    close: () => device.close(),
  };
}

const row = (page: Page, name: string) =>
  page.getByRole('list', { name: 'My units made from it' }).getByRole('listitem').filter({ hasText: name });

test('when a followed branch moves, the units behind it are told, with what changes, line by line', async () => {
  const repository = await git.repository();
  const documents = { 'json_example.json': '{"PIN": 4}', 'README.md': '# Climate' };
  await repository.commit({ ...documents, 'schema.json': JSON.stringify(first), 'unit.py': program(4) });
  const { id } = await ada.call('POST /api/templates', { body: { url: repository.url, name: 'Followed' } });
  await soon(async () => expect((await shown(id)).latest).not.toBeNull());
  const unit = await unitOf(id, 'Followed board');
  const page = await browser.open(`/templates/${id}`, { as: ada });
  await row(page, 'Followed board').getByText('Newest').waitFor();

  const moved = { ...documents, 'schema.json': JSON.stringify(second), 'unit.py': program(5), 'lib/a.py': 'x = 1\n' };
  const commit = await repository.commit(moved);
  // Two looks within five seconds are too many for the instance, and the page says so.
  await soon(async () => {
    await page.getByRole('button', { name: 'Check now' }).click();
    await row(page, 'Followed board').getByText('Behind', { exact: true }).waitFor({ timeout: 2_000 });
  });
  await page.getByText(commit.slice(0, 10)).first().waitFor();

  await page.getByRole('button', { name: 'What changes: Followed board' }).click();
  const variables = page.getByRole('list', { name: 'Changes' });
  await variables.getByText('humidity').waitFor();
  const files = page.getByRole('list', { name: 'Files' }).first().getByRole('listitem');
  const texts = (await files.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(texts).toEqual([
    expect.stringMatching(/^\+ lib\/a\.py added · \+1 −0/),
    expect.stringMatching(/^~ unit\.py changed · \+1 −1.* − PIN = 4 .*\+ PIN = 5/),
  ]);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'template-changes');

  await row(page, 'Followed board').getByRole('link', { name: 'Followed board' }).click();
  await page.getByRole('link', { name: 'See what changes' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/units/${unit.id}`);
  await page.getByRole('tab', { name: 'Program (newer one)' }).waitFor();
});

test('of several units the first one goes ahead; the rest follow when it came back well', async () => {
  const template = await twoVersions(croft.db, ada);
  const units = [await unitOf(template.id, 'North'), await unitOf(template.id, 'South')];
  const [north, south] = [await boardOf(units[0]?.id ?? ''), await boardOf(units[1]?.id ?? '')];
  await newer(template);
  const page = await browser.open(`/templates/${template.id}`, { as: ada });
  expect(await page.getByRole('button', { name: 'Update', exact: true }).isDisabled()).toBe(true);
  // By keyboard alone.
  await page.getByLabel('All that are behind (2)').press('Space');
  await page.getByRole('button', { name: 'Update 2 units' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Update 2 units to 1.1?' });
  await dialog.getByRole('radio', { name: /^First one, then the rest/ }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'template-update');
  await dialog.getByRole('button', { name: 'Update', exact: true }).press('Enter');

  await row(page, 'North').getByText('Ordered').waitFor();
  await row(page, 'South').getByText('It begins when the first unit came back well.').waitFor();
  expect(south.orders()).toEqual([]);
  await north.begins();
  await north.fetches();
  await row(page, 'North')
    .getByText(/^1 file, \d+/)
    .waitFor();
  await north.restarts();
  await row(page, 'North').getByText('On trial').waitFor();
  await shoot(page, 'template-updating');
  await north.ends('done');
  await row(page, 'North').getByText('Updated').waitFor();
  await row(page, 'North').getByText('Newest').waitFor();

  await row(page, 'South').getByText('Ordered').waitFor();
  await south.begins();
  await south.fetches();
  await south.restarts();
  await south.ends('failed', 'rolled back after 10 starts');
  await row(page, 'South').getByText('rolled back after 10 starts').waitFor();
  await row(page, 'South').getByText('Behind', { exact: true }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await north.close();
  await south.close();
});

describe('on the page of a unit', () => {
  test('the update shows what changes, how far it is, and what became of it', async () => {
    const template = await twoVersions(croft.db, ada);
    const unit = await unitOf(template.id, 'Attic');
    const board = await boardOf(unit.id);
    await newer(template);
    const page = await browser.open(`/units/${unit.id}#program`, { as: ada });
    await page.getByRole('button', { name: 'See what changes, and update' }).click();
    await page.getByRole('list', { name: 'Changes' }).getByText('humidity').waitFor();
    await page.getByText('3 files differ').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'unit-program-changes');
    await page.getByRole('button', { name: 'Update to 1.1 over the air' }).click();
    await page.getByText('From 1.0 to 1.1').waitFor();
    await page.getByText('The board begins as soon as it has the command.').first().waitFor();
    await board.begins();
    await board.fetches();
    await page
      .getByText(/^1 file, \d+ bytes?/)
      .first()
      .waitFor();
    await shoot(page, 'unit-program-running');
    expect(await pageFaults(page)).toEqual([]);
    await board.restarts();
    await page.getByText('The board runs the new program.').first().waitFor();
    await board.ends('done', 'confirmed');
    const history = page.getByRole('list', { name: 'History of versions' }).getByRole('listitem');
    await history.first().getByText('Updated').waitFor();
    await page.getByRole('tab', { name: 'Program', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'See what changes, and update' }).count()).toBe(0);
    await page.getByText('Files on the board').click();
    await page.getByRole('list', { name: 'Files on the board' }).getByText('croft/mqtt.py').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await board.close();
  });

  test('its place stays open although the unit is being loaded anew meanwhile', async () => {
    const template = await twoVersions(croft.db, ada);
    const unit = await unitOf(template.id, 'Hall');
    await newer(template);
    const page = await browser.open('/', { as: ada });
    const released = Promise.withResolvers<void>();
    const reads: string[] = [];
    await page.route(`**/api/units/${unit.id}`, async (route) => {
      if (reads.push(route.request().url()) > 1) await released.promise;
      await route.continue();
    });
    await page.goto(`/units/${unit.id}`);
    await soon(() => expect(reads.length).toBe(2));
    await page.getByRole('link', { name: 'See what changes' }).click();
    const opened = page.getByRole('tab', { name: /^Program/, selected: true });
    await opened.waitFor();
    const again = page.waitForResponse(`**/api/units/${unit.id}`);
    released.resolve();
    await (await again).finished();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await opened.count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#program');
  });

  test('an update that the board has not begun is cancelled, and one loaded by cable is noted', async () => {
    const template = await twoVersions(croft.db, ada);
    const unit = await unitOf(template.id, 'Cellar');
    await newer(template);
    const page = await browser.open(`/units/${unit.id}`, { as: ada });
    await page.getByText(/has a newer version: 1\.1\./).waitFor();
    await page.getByRole('link', { name: 'See what changes' }).click();
    await page.getByRole('button', { name: 'See what changes, and update' }).click();
    await page.getByRole('button', { name: 'Update to 1.1 over the air' }).click();
    await page.getByText('From 1.0 to 1.1').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    const history = page.getByRole('list', { name: 'History of versions' }).getByRole('listitem');
    await history.first().getByText('Cancelled').waitFor();
    await page.getByRole('button', { name: 'See what changes, and update' }).click();
    await page.getByRole('button', { name: 'I load it by cable' }).click();
    await history.first().getByText('Loaded by cable').waitFor();
    await soon(async () => expect(await history.count()).toBe(2));
    await soon(async () => expect(await page.getByText(/has a newer version/).count()).toBe(0));
    const { template: now } = (await ada.call('GET /api/units/:id', { params: { id: unit.id } })) as typeof unit;
    expect(now).toMatchObject({ isBehind: false, version: { label: '1.1' } });
  });

  test('one without a template says what its program is', async () => {
    const unit = await ada.call('POST /api/units', { body: { name: 'Own', schema: first } });
    const page = await browser.open(`/units/${unit.id}#program`, { as: ada });
    await page.getByText('This unit has a schema of its own').waitFor();
    await page.getByText('Files on the board').click();
    await page.getByRole('list', { name: 'Files on the board' }).getByText('unit.py').waitFor();
  });
});
