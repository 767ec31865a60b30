import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { soon } from '../testing/browser.ts';

export const lineOf = (page: Page) => page.getByRole('combobox', { name: 'Go to, or command' });
export const options = (page: Page) => page.getByRole('dialog').getByRole('option');
export const receipt = (page: Page) => page.getByRole('list', { name: 'Sent commands' }).getByRole('listitem').first();

/** Waits until the line is this. */
export const typed = (line: Locator, value: string) => soon(async () => expect(await line.inputValue()).toBe(value));

export async function pressShortcut(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
}
