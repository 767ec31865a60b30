import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page in a context of its own; `complaints` are its errors, those of the Content-Security-Policy among them. */
export async function openPage(browser: Browser, address: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused call is written to the console by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
