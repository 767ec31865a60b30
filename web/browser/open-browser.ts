import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';

/**
 * A real Chromium, out of an npm package: no system browser is needed. The package's own arguments are left out:
 * `--single-process` dies with its first page, `--disable-web-security` would hide what is under test.
 */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: inject('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer'],
  });
}
