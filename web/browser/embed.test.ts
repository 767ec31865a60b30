import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { shoot, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { aDay, measuredUnit } from './measured-unit.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

/** Milliseconds; two cores may be busy with other tests. */
const patience = 10_000;

async function open(...look: Parameters<TestBrowser['open']>): Promise<Page> {
  const page = await browser.open(...look);
  page.setDefaultTimeout(patience);
  return page;
}

const makeUnit = (name: string, visibility: 'private' | 'public') => measuredUnit(croft, ada, name, visibility);

let site: Server;
let body = '';
beforeAll(async () => {
  site = createServer((_, response) => void response.setHeader('content-type', 'text/html').end(body));
  await once(site.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void site.close());

/** A page with this in it, at another site: localhost is not 127.0.0.1. */
async function embedding(snippet: string): Promise<Page> {
  body = snippet;
  return open(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
}

test('an embedded variable stands in the page of another site, with its value, live', async () => {
  const unit = await makeUnit('Roof', 'public');
  await unit.store('temperature', aDay(Date.now()));
  const page = await open(`/variables/${unit.idOf('temperature')}`);
  const snippet = await page.getByText('<iframe').innerText();
  const blog = await embedding(snippet);
  const frame = blog.frameLocator('iframe');
  await frame.getByRole('heading', { name: 'Air temperature · Roof' }).waitFor();
  await frame.getByRole('img', { name: /^Air temperature\. Air temperature: from 10\S* °C to (19|20)/ }).waitFor();
  const device = await tokenDevice(unit.env, { port: croft.mqttPort });
  await device.publish('output/temperature', 33.25);
  await frame.getByText('33.25').first().waitFor();
  await device.close();
  await shoot(blog, 'embed');
  const inner = blog.frames().find((one) => one.url().includes('/embed/'));
  const width = await inner?.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.scrollHeight,
  ]);
  expect(width?.[0]).toBeLessThanOrEqual(320);
  expect(width?.[1]).toBeLessThanOrEqual(140);
}, 60_000);

test('an embedded variable says that there is nothing when it is not public, and no other page can be framed', async () => {
  const unit = await makeUnit('Vault', 'private');
  const at = (path: string) => `<iframe src="${croft.url}${path}"></iframe>`;
  const blog = await embedding(at(`/embed/variables/${unit.idOf('temperature')}`));
  await blog.frameLocator('iframe').getByText('Nothing to see here').waitFor();
  expect(await blog.frameLocator('iframe').getByRole('link').count()).toBe(0);
  const refused = blog.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
  await blog.evaluate((html) => document.body.insertAdjacentHTML('beforeend', html), at('/explore'));
  await refused;
  browser.errors.length = 0;
}, 60_000);
