import { expect, test } from 'vitest';
import { pageFaults, shoot, soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
await ada.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });

const paths = async () => (await ada.call('GET /api/sectors')).map(({ path }) => path);

test('sectors are made, renamed and moved with what is in them, and deleted once they are empty', async () => {
  const page = await browser.open('/', { as: ada });
  const tree = page.getByRole('navigation', { name: 'Navigation' });
  const dialog = page.getByRole('dialog');

  await page.getByRole('button', { name: 'Make a sector' }).click();
  await dialog.getByLabel('Name').fill('home/Back yard/Wood shed');
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'sector-make');
  await dialog.getByRole('button', { name: 'Make a sector' }).click();
  await tree.getByRole('link', { name: 'Wood shed' }).click();
  await page.getByRole('heading', { name: 'Wood shed', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sectors/home/Back%20yard/Wood%20shed');
  await page.getByText('This sector is empty.').waitFor();

  // A unit made here is here.
  await page.getByRole('button', { name: 'Try a virtual unit' }).click();
  await page.getByRole('navigation', { name: 'The way here' }).getByRole('link', { name: 'Wood shed' }).click();
  await page
    .getByRole('list', { name: 'Units' })
    .getByRole('link', { name: /Weather station/ })
    .waitFor();

  const menu = async (item: string) => {
    await page.getByRole('button', { name: /^Actions for/ }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await menu('Rename or move');
  await dialog.getByLabel('Name').fill('Shed');
  await dialog.getByLabel('Within').selectOption({ label: '/home' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Shed', level: 1, exact: true }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sectors/home/Shed');
  await page
    .getByRole('link', { name: /Weather station/ })
    .first()
    .waitFor();
  expect(await paths()).toEqual(['/home', '/home/Back yard', '/home/Shed']);

  await menu('Rename or move');
  await dialog.getByLabel('Name').fill('Back yard');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('There is already a sector /home/Back yard.').waitFor();
  await dialog.getByLabel('Name').fill('a/b');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('A name may hold any letter and spaces, but no /.').waitFor();
  await page.keyboard.press('Escape');

  await menu('Delete the sector');
  await dialog.getByRole('button', { name: 'Delete the sector' }).click();
  await dialog.getByText('/home/Shed holds 1 unit (Weather station): move or delete that first.').waitFor();
  await shoot(page, 'sector-delete-refused');
  await page.keyboard.press('Escape');

  await tree.getByRole('link', { name: 'Back yard' }).click();
  await page.getByRole('heading', { name: 'Back yard', level: 1 }).waitFor();
  await menu('Delete the sector');
  await dialog.getByRole('button', { name: 'Delete the sector' }).click();
  await page.getByRole('heading', { name: 'home', level: 1 }).waitFor();
  await soon(async () => expect(await paths()).toEqual(['/home', '/home/Shed']));
  expect(await tree.getByRole('link', { name: 'Back yard' }).count()).toBe(0);
});

test('a unit moves to another sector by its own page', async () => {
  const unit = (await ada.call('GET /api/units')).find(({ name }) => name === 'Dimmer lamp');
  const page = await browser.open(`/units/${unit?.id}`, { as: ada });
  await page.getByRole('button', { name: 'Actions for Dimmer lamp' }).click();
  await page.getByRole('menuitem', { name: 'Rename or move' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Reading lamp');
  await dialog.getByLabel('Sector').selectOption({ label: '/home/Shed' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Reading lamp', level: 1 }).waitFor();
  await page.getByText('ada:/home/Shed/Reading lamp').waitFor();
});

test("a sector that is not there, or somebody else's, is not found", async () => {
  const page = await browser.open('/sectors/nowhere', { as: ada });
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  expect(browser.errors).toEqual([]);
});
