import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { type TestInstance, testInstance } from '../../server/testing/instance.ts';
import { type TestBrowser, testBrowser } from './browser.ts';

/** For a test file: a live instance and a browser to look at it, which are closed after its tests; no page may have gone wrong. */
export async function openCroft(
  options?: Parameters<typeof testInstance>[0],
): Promise<{ croft: TestInstance; browser: TestBrowser }> {
  const croft = await testInstance(options);
  afterAll(croft.close);
  const browser = await testBrowser(croft);
  afterAll(browser.close);
  beforeEach(browser.keep);
  afterEach(async () => {
    await browser.tidy();
    expect(browser.errors.splice(0)).toEqual([]);
  });
  return { croft, browser };
}
