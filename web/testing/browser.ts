import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { vi } from 'vitest';
import type { TestClient } from '../../server/testing/client.ts';
import { eventually } from '../../server/testing/eventually.ts';
import type { TestInstance } from '../../server/testing/instance.ts';
import { accessibilityFaults } from '../browser/accessibility.ts';
import { openBrowser } from '../browser/open-browser.ts';

type Look = {
  /** Signed in as this one; without it nobody is */
  as?: TestClient;
  locale?: 'en-GB' | 'ru-RU';
  theme?: 'light' | 'dark';
  /** Pixels; 360 and 1440 are what every page is looked at in */
  width?: number;
  height?: number;
};

const built = fileURLToPath(new URL('../build/shell.html', import.meta.url));

/**
 * Milliseconds a page may take for anything, also where several browsers share two cores; a test has longer, so that it
 * says what it waited for before it is ended.
 */
const patience = 15_000;

/** `eventually`, with a browser's patience. */
export const soon = <T>(assertion: () => T | Promise<T>) => eventually(assertion, patience);

/** Where screenshots go, when somebody wants to look at them: `CROFT_SCREENSHOTS=folder`. */
const screenshots = process.env.CROFT_SCREENSHOTS;

/** A real browser for the built web as a real instance serves it; one for each test file. */
export async function testBrowser(croft: TestInstance) {
  if (!existsSync(built)) throw new Error('The web is not built: run `npx vite build` first, as `npm test` does.');
  vi.setConfig({ testTimeout: 6 * patience, hookTimeout: 6 * patience });
  const browser = await openBrowser();
  const errors: string[] = [];
  const opened = new Set<BrowserContext>();

  return {
    /** What went wrong in pages without a word to the person: uncaught errors, refusals by the Content-Security-Policy. */
    errors,

    /** A page of its own, with its own cookies, preferences and storage. */
    async open(path: string, look: Look = {}): Promise<Page> {
      const { as, locale = 'en-GB', theme = 'light', width = 1440, height = 900 } = look;
      const context = await browser.newContext({
        baseURL: croft.url,
        locale,
        colorScheme: theme,
        reducedMotion: 'reduce',
        viewport: { width, height },
        permissions: ['clipboard-read', 'clipboard-write'],
        serviceWorkers: 'block',
      });
      opened.add(context);
      context.setDefaultTimeout(patience);
      const [name = '', value = ''] = as?.cookie().split('=') ?? [];
      if (as) await context.addCookies([{ name, value, url: croft.url }]);
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(`${page.url()}: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) errors.push(`${page.url()}: ${message.text()}`);
      });
      await page.goto(path);
      return page;
    },

    /** Forgets what is open: it stays so until the end. */
    keep: () => opened.clear(),
    /** Closes what was opened since: a page that nobody looks at any more still hears, asks and draws. */
    async tidy(): Promise<void> {
      await Promise.all([...opened].map((context) => context.close()));
      opened.clear();
    },

    close: () => browser.close(),
  };
}

export type TestBrowser = Awaited<ReturnType<typeof testBrowser>>;

/** What keeps a page from being for everybody: what axe finds (WCAG 2.2 AA and more), and scrolling sideways. */
export async function pageFaults(page: Page): Promise<string[]> {
  const faults = await accessibilityFaults(page);
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  return scroll > client ? [...faults, `the page is ${scroll} px wide, of which ${client} are seen`] : faults;
}

/** The whole page as `<name>-<width>.png`, when screenshots are wanted. */
export async function shoot(page: Page, name: string): Promise<void> {
  if (!screenshots) return;
  const path = `${screenshots}/${name}-${page.viewportSize()?.width}.png`;
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
}
