import { expect } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import { type Env, sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import type { TestInstance } from '../testing/instance.ts';
import type { TestTemplate } from '../testing/templates.ts';
import { unitRequest } from '../testing/unit-request.ts';

export type Update = ApiReply<'POST /api/units/:id/updates'>;
type Manifest = { version: string; files: { path: string; size: number; sha256: string }[] };

let count = 0;

/** A unit made from a template, with what a board of it does: it starts, hears commands, fetches, and tells how it went. */
export async function unitOf(croft: TestInstance, owner: TestClient, template: TestTemplate) {
  const name = `Unit ${++count}`;
  const unit = await owner.call('POST /api/units', { body: { name, template: template.id } });
  const id = { params: { id: unit.id } };
  const env: Env = await owner.call('GET /api/units/:id/env', id);
  let boot = 0;
  let n = 0;

  /** Switches it on, or restarts it. */
  async function start() {
    boot++;
    n = 1;
    const device = await sealedDevice(env, { port: croft.mqttPort, boot, n });
    await device.subscribe('command', 'world');
    return device;
  }
  const fetch = (path: string) => unitRequest(env, `/api/device/${path}`, { boot, n: ++n });

  /** Without MQTT, in a start of its own. */
  async function fetchAll(): Promise<Manifest> {
    boot++;
    n = 0;
    const manifest: Manifest = JSON.parse((await fetch('firmware')).text);
    for (const { path } of manifest.files) expect((await fetch(`files/${path}`)).status).toBe(200);
    return manifest;
  }

  return {
    unit,
    name,
    env,
    start,
    fetch,
    fetchAll,
    shown: async () => {
      const one = await owner.call('GET /api/units/:id', id);
      if (!('template' in one)) throw new Error('the unit is not shown to its owner');
      return one;
    },
    names: async () => (await owner.call('GET /api/units/:id', id)).variables.map((one) => one.name),
    order: (body: { version?: string; overTheAir?: boolean } = {}) =>
      owner.call('POST /api/units/:id/updates', { ...id, body }),
    updates: () => owner.call('GET /api/units/:id/updates', id),
    /** How far its newest update is, once it is there. */
    reaches: (status: Update['status'], within?: number) =>
      eventually(async () => {
        const [newest] = await owner.call('GET /api/units/:id/updates', id);
        expect(newest?.status).toBe(status);
        return newest;
      }, within),
    /** The board's whole part, from hearing the command to its last receipt. */
    async takeUpdate(status: 'done' | 'failed', detail = '') {
      const first = await start();
      const [order] = (await eventually(() => {
        expect(first.heardOn('command')).toHaveLength(1);
        return first.heardOn('command');
      })) as { id: string }[];
      await first.publish('receipt', { id: order?.id, status: 'received' });
      await first.close();
      await fetchAll();
      const second = await start();
      await second.publish('receipt', { id: order?.id, status, detail });
      await second.close();
    },
  };
}
