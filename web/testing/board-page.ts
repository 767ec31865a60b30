import type { Page } from 'playwright-core';
import type { TestClient } from '../../server/testing/client.ts';
import type { TestBrowser } from './browser.ts';
import { type Cable, plugIn } from './plug-in.ts';

type Look = Omit<NonNullable<Parameters<TestBrowser['open']>[1]>, 'as'>;

/** The page of a unit, with this at the port that its chooser yields. */
export async function openUnit(
  browser: TestBrowser,
  owner: TestClient,
  id: string,
  cable: () => Cable | undefined,
  look: Look = {},
): Promise<Page> {
  const page = await browser.open('/explore', { as: owner, ...look });
  await plugIn(page, cable);
  await page.goto(`/units/${id}`);
  return page;
}

export const connect = (page: Page) => page.getByRole('button', { name: 'Connect a board' });
export const step = (page: Page, title: string) => page.getByRole('list', { name: 'Steps' }).getByText(title);
/** Milliseconds: loading takes ten seconds and more where several browsers share two cores. */
export const loading = { timeout: 45_000 };
export const isDone = (page: Page, title: string) =>
  page
    .getByRole('list', { name: 'Steps' })
    .getByRole('listitem')
    .filter({ hasText: `${title}: done` })
    .waitFor(loading);
