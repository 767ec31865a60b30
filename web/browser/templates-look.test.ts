import { afterAll, describe, expect, test } from 'vitest';
import { gitServer } from '../../server/testing/git-server.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { first, newer, program, twoVersions } from './versions-of-template.ts';

const { croft, browser } = await openCroft({ env: { CROFT_OUTGOING_ALLOW: '127.0.0.1' } });
const git = await gitServer();
const ada = await croft.user('ada');
afterAll(git.close);

const unitOf = (template: string, name: string) => ada.call('POST /api/units', { body: { name, template } });
const files = { 'schema.json': JSON.stringify(first), 'README.md': '# Climate\n\nMeasures.', 'unit.py': program(4) };

test('templates are searched while typing, by keyboard alone, in an address that can be sent', async () => {
  const made = await twoVersions(croft.db, ada);
  await ada.call('PATCH /api/templates/:id', { params: { id: made.id }, body: { name: 'Unusual weather mast' } });
  const page = await browser.open('/templates', { as: ada });
  const field = page.getByRole('searchbox', { name: 'Search templates' });
  await field.focus();
  await page.keyboard.type('unusual');
  await soon(async () =>
    expect(await page.getByRole('article').getByRole('heading').allInnerTexts()).toEqual(['Unusual weather mast']),
  );
  await soon(() => expect(page.url()).toContain('/templates?search=unusual'));
  await page.keyboard.type(' xyz');
  await page.getByText('No template matches').waitFor();
});

describe.each([
  ['light', 1440, 'en-GB', 'See what changes, and update'],
  ['dark', 360, 'ru-RU', 'Посмотреть изменения и обновить'],
] as const)('%s at %i px, %s', (theme, width, locale, look) => {
  test('the pages of templates are for everybody', async () => {
    const repository = await git.repository();
    await repository.commit(files);
    const name = `Wetter ${theme} ${width}`;
    const { id } = await ada.call('POST /api/templates', { body: { url: repository.url, name } });
    await ada.call('POST /api/templates', { body: { url: `${git.origin}/gone.git`, name: `${name} (gone)` } });
    const one = () => ada.call('GET /api/templates/:id', { params: { id } });
    await soon(async () => expect((await one()).latest).not.toBeNull());
    await ada.call('POST /api/units', { body: { name, template: id } });
    const page = await browser.open('/templates', { as: ada, theme, width, locale });
    for (const path of ['/templates', `/templates/${id}`, '/templates/new', `/units/new?template=${id}`]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.getByText(/^\d{3}$/).count(), 'the status of an error page').toBe(0);
      await page.waitForLoadState('networkidle');
      await shoot(page, `${path.slice(1).split('?')[0]?.replace(id, 'one').replaceAll('/', '-')}-${theme}`);
      expect(await pageFaults(page), path).toEqual([]);
    }
    await page.context().close();
  });

  test('updates are for everybody', async () => {
    const template = await twoVersions(croft.db, ada);
    const name = `Board ${theme} ${width}`;
    const unit = await unitOf(template.id, name);
    await unitOf(template.id, `${name} too`);
    await newer(template);
    const page = await browser.open(`/templates/${template.id}`, { as: ada, theme, width, locale });
    await page.getByRole('button', { name: new RegExp(`: ${name}$`) }).click();
    await page.getByText('PIN = 5').waitFor();
    await shoot(page, `template-units-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    await page.goto(`/units/${unit.id}#program`);
    await page.getByRole('button', { name: look }).click();
    await page.getByText('PIN = 5').waitFor();
    await shoot(page, `unit-program-behind-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    await page.context().close();
  });
});
