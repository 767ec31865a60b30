import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, type TestClient } from '../testing/client.ts';
import { type CroftOnDisk, type CroftProcess, croftOnDisk } from '../testing/croft-process.ts';
import { eventually } from '../testing/eventually.ts';
import { testPassword } from '../testing/instance.ts';
import { endpointsOf, type Made, seconds, signed } from './testing.ts';

const rounds = 3;

let disk: CroftOnDisk;
let croft: CroftProcess;
let url = '';
let ada: TestClient;
beforeAll(async () => {
  disk = await croftOnDisk();
  await start();
  ada = createClient(() => url);
  const token = await croft.setupToken();
  await ada.call('POST /api/setup', { body: { token, username: 'ada', password: testPassword } });
});
afterAll(() => disk.remove());

async function start(): Promise<void> {
  croft = disk.start();
  url = (await croft.ready()).url;
}

test('kill -9 loses no submission that got its receipt, and one without values says so', {
  timeout: 120_000,
}, async () => {
  const at = {
    get url() {
      return url;
    },
  };
  const on = endpointsOf(at, ada);
  const receipts = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    let next = 0;
    let isOn = true;
    const sender = async () => {
      while (isOn) {
        const value = ++next / 10_000;
        const id = await submit(on, endpoint, value).catch(() => undefined);
        if (id !== undefined) receipts.set(id, value);
      }
    };
    const sending = Promise.all(Array.from({ length: 8 }, sender));
    const wanted = receipts.size + 30;
    await eventually(() => expect(receipts.size).toBeGreaterThan(wanted), 20_000);
    croft.child.kill('SIGKILL');
    isOn = false;
    await Promise.all([sending, croft.exited]);
    await start();
    const values = new Set(await on.valuesOf(unit, 'temperature'));
    const rows = await on.list(endpoint);
    const stored = rows.filter(({ outcome }) => outcome === 'stored').map(({ results }) => Number(results[0]?.value));
    const unfinished = rows.filter(({ outcome }) => outcome === 'unfinished');
    expect(stored.filter((value) => !values.has(value))).toEqual([]);
    expect(unfinished.filter(({ results }) => values.has(Number(results[0]?.value)))).toEqual([]);
    expect(unfinished.filter(({ id }) => receipts.has(id))).toEqual([]);
    const known = [...receipts].filter(([id]) => rows.some((row) => row.id === id)).map(([, value]) => value);
    expect(known.length).toBeGreaterThan(20);
    expect(known.filter((value) => !values.has(value))).toEqual([]);
    // No value without its submission.
    if (rows.length < 100) expect([...values].filter((value) => !stored.includes(Number(value)))).toEqual([]);
  }
});

/** @returns its receipt */
async function submit(on: ReturnType<typeof endpointsOf>, endpoint: Made, temperature: number) {
  const body = JSON.stringify({ temperature });
  const answer = await on.post(endpoint.id, body, signed(endpoint, body, seconds()));
  return answer.status === 202 ? ((await answer.json()) as { id: string }).id : undefined;
}
