import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/**
 * A real Chromium, out of an npm package: no system browser is needed. The package's own arguments are left out:
 * `--single-process` dies with its first page, `--disable-web-security` would hide what is under test.
 */
export async function openBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer'],
  });
}
