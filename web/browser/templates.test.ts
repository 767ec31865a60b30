import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { gitServer } from '../../server/testing/git-server.ts';
import { templateOf } from '../../server/testing/templates.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

const { croft, browser } = await openCroft({ env: { CROFT_OUTGOING_ALLOW: '127.0.0.1' } });
const git = await gitServer();
const ada = await croft.user('ada');
const bob = await croft.user('bob');
afterAll(git.close);
afterEach(() => git.intercept());

const schema = {
  output_variables: {
    temperature: { type: 'number' as const, title: 'Air temperature', unit: 'Cel', minimum: -40, maximum: 85 },
  },
  input_variables: { lamp: { type: 'boolean' as const } },
};
const files = {
  'schema.json': JSON.stringify(schema),
  'json_example.json': '{"PIN": 4}',
  'README.md': '# Climate\n\nMeasures `often`.\n\n```\n┌─┐ <b>wiring</b>\n```\n',
  'unit.py': 'def read():\n    return {"temperature": 21.5}\n',
};
const titles = (page: Page) => page.getByRole('article').getByRole('heading').allInnerTexts();
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('from a git repository', () => {
  test('a template is made, its reading is shown, and a unit is made from it', async () => {
    const repository = await git.repository();
    const commit = await repository.commit(files);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    git.intercept(async () => {
      await held;
      return false;
    });

    const page = await browser.open('/templates', { as: ada });
    await page.getByText('No templates of your own yet').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Make a template' }).first().click();
    await page.getByLabel('Address of the repository').fill('not an address');
    await page.getByRole('button', { name: 'Read the repository' }).click();
    await soon(async () => {
      expect(await page.getByLabel('Address of the repository').getAttribute('aria-invalid')).toBe('true');
    });
    await page.getByLabel('Address of the repository').fill(repository.url);
    await page.getByLabel('Name', { exact: true }).fill('Climate');
    await shoot(page, 'template-new');
    await page.getByRole('button', { name: 'Read the repository' }).click();

    await heading(page, 'Climate');
    await page.getByRole('progressbar', { name: 'Reading the repository' }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'template-reading');
    release();
    await page.getByText(commit.slice(0, 10)).first().waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
    await page.getByText('Sends and receives').waitFor();
    await page.getByText('┌─┐ <b>wiring</b>').waitFor();
    const table = page.getByRole('table', { name: 'Variables' });
    expect((await table.getByRole('row').nth(2).innerText()).replaceAll(/\s+/g, ' ')).toBe(
      'Air temperature temperature output number -40 … 85 °C',
    );
    const file = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
    await file.getByText('unit.py').first().click();
    await file.getByText('return {"temperature": 21.5}').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'template');

    await page.getByRole('link', { name: 'Make a unit' }).click();
    await heading(page, 'Make a unit');
    expect(await page.getByRole('radio', { name: 'Climate Sends and receives' }).isChecked()).toBe(true);
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Climate');
    await page.getByLabel('Name', { exact: true }).fill('Attic');
    await page.getByRole('button', { name: 'Make a unit' }).click();
    await heading(page, 'Attic');
    await page.getByRole('tab', { name: 'Program' }).click();
    await page.getByRole('link', { name: 'Climate' }).waitFor();
  });

  test('that cannot be read, it says why, and is read once the address is right', async () => {
    const repository = await git.repository({ token: 's3cret' });
    await repository.commit(files);
    const page = await browser.open('/templates/new', { as: ada });
    await page.getByLabel('Address of the repository').fill(repository.url);
    await page.getByLabel('Name', { exact: true }).fill('Hidden');
    await page.getByRole('button', { name: 'Read the repository' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('There is no such repository, or it is private.').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'template-failed');
    await alert.getByRole('button', { name: 'Change the address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change what it follows' });
    expect(await dialog.getByLabel('Address of the repository').inputValue()).toBe(repository.url);
    await dialog.getByRole('switch', { name: 'The repository is private' }).click();
    await dialog.getByLabel('Access token').fill('s3cret');
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'template-source');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('with a token').waitFor();
    await page.getByRole('table', { name: 'Variables' }).waitFor();
    expect(await page.content()).not.toContain('s3cret');

    await page.goto('/templates');
    await page.getByRole('article', { name: 'Hidden' }).waitFor();
  });

  test('of which the newest tag is followed, tags name the versions', async () => {
    const repository = await git.repository();
    await repository.tag('v1.0.0', await repository.commit(files));
    await repository.tag('v1.2.0', await repository.commit({ ...files, 'unit.py': 'x = 2\n' }));
    await repository.commit({ ...files, 'unit.py': 'x = 3\n' });
    const page = await browser.open('/templates/new', { as: ada });
    await page.getByLabel('Address of the repository').fill(repository.url);
    await page.getByLabel('Name', { exact: true }).fill('Tagged');
    await page.getByRole('radio', { name: /^The newest tag/ }).check();
    await page.getByRole('button', { name: 'Read the repository' }).click();
    await page.getByRole('list', { name: 'Versions' }).getByText('v1.2.0').waitFor();
    await page.getByText('follows the newest tag').first().waitFor();
  });
});

test('a template goes out as a .zip and comes in elsewhere; the next .zip is its next version', async () => {
  const page = await browser.open('/templates', { as: ada });
  const made = await templateOf(croft.db, ada);
  await made.add({ label: '1', schema, example: { PIN: 4 }, files: { 'unit.py': 'x = 1\n' } });
  await page.goto(`/templates/${made.id}`);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download .zip' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  const buffer = await readFile(await download.path());

  const other = await browser.open('/templates/new', { as: bob });
  await other.getByRole('tab', { name: 'From a .zip' }).click();
  await other.getByRole('button', { name: 'Make the template' }).click();
  await other.getByText('Choose a file first.').waitFor();
  const broken = { name: 'Broken.zip', mimeType: 'application/zip', buffer: Buffer.from('PK nothing') };
  await other.getByLabel('File', { exact: true }).setInputFiles(broken);
  await other.getByRole('button', { name: 'Make the template' }).click();
  await other.getByRole('alert').waitFor();
  expect(await pageFaults(other)).toEqual([]);
  await other.getByLabel('File', { exact: true }).setInputFiles({ ...broken, name: 'Fan.zip', buffer });
  expect(await other.getByRole('alert').count()).toBe(0);
  await other.getByLabel('Name', { exact: true }).fill('Fan');
  await shoot(other, 'template-zip');
  await other.getByRole('button', { name: 'Make the template' }).click();
  await heading(other, 'Fan');
  const versions = other.getByRole('list', { name: 'Versions' }).getByRole('listitem');
  expect(await versions.count()).toBe(1);

  const next = await ada.send('GET /api/templates/:id/versions/:version/zip', {
    params: { id: made.id, version: await made.add({ label: '2', schema, files: { 'unit.py': 'x = 2\n' } }) },
  });
  await other.getByRole('button', { name: 'Actions for Fan' }).click();
  await other.getByRole('menuitem', { name: 'Bring a new version' }).click();
  const dialog = other.getByRole('dialog');
  const second = { ...broken, name: 'next.zip', buffer: Buffer.from(await next.arrayBuffer()) };
  await dialog.getByLabel('File', { exact: true }).setInputFiles(second);
  await dialog.getByRole('button', { name: 'Bring a new version' }).click();
  await soon(async () => expect(await versions.count()).toBe(2));
});

describe('others', () => {
  test('see what is shown to them, and make units from it', async () => {
    const made = await templateOf(croft.db, ada);
    await made.add({ label: '1.0', schema, files: { 'unit.py': 'x = 1\n' } });
    const page = await browser.open(`/templates/${made.id}`, { as: ada });
    await page.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Shared fan');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await heading(page, 'Shared fan');

    const hidden = await browser.open(`/templates/${made.id}`, { as: bob });
    await heading(hidden, 'Nothing here');
    await page.getByLabel('Who may see the template').selectOption({ label: 'Users of this instance' });
    await soon(async () => {
      expect((await ada.call('GET /api/templates/:id', { params: { id: made.id } })).visibility).toBe('local');
    });
    await hidden.goto('/templates?search=shared');
    await hidden.getByRole('heading', { name: 'Of others' }).waitFor();
    expect(await titles(hidden)).toEqual(['Shared fan']);
    await hidden.getByRole('link', { name: 'Shared fan' }).click();
    await heading(hidden, 'Shared fan');
    expect(await hidden.getByLabel('Who may see the template').count()).toBe(0);
    await hidden.getByRole('link', { name: 'Make a unit' }).click();
    await hidden.getByRole('radio', { name: /^Shared fan/ }).waitFor();
    await hidden.getByRole('button', { name: 'Make a unit' }).click();
    await heading(hidden, 'Shared fan');
    await soon(async () => expect((await bob.call('GET /api/units')).map(({ name }) => name)).toContain('Shared fan'));

    await page.getByLabel('Who may see the template').selectOption({ label: 'Everybody' });
    await soon(async () => {
      const anyone = await browser.open(`/templates/${made.id}`);
      await heading(anyone, 'Shared fan');
      expect(await anyone.getByRole('link', { name: 'Make a unit' }).count()).toBe(0);
      expect(await pageFaults(anyone)).toEqual([]);
    });
  });

  test('keep a template from being deleted while units are made from it', async () => {
    const made = await templateOf(croft.db, ada);
    await made.add({ label: '1.0', schema, files: { 'unit.py': 'x = 1\n' } });
    const unit = await ada.call('POST /api/units', { body: { name: 'Keeps it', template: made.id } });
    const page = await browser.open(`/templates/${made.id}`, { as: ada });
    const remove = async () => {
      await page.getByRole('button', { name: /^Actions for/ }).click();
      await page.getByRole('menuitem', { name: 'Delete the template' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete the template' }).click();
    };
    await remove();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await ada.call('DELETE /api/units/:id', { params: { id: unit.id } });
    await remove();
    await heading(page, 'Templates');
    await page.goto(`/templates/${made.id}`);
    await heading(page, 'Nothing here');
  });
});
