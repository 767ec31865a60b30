import { createClient, type TestClient } from '../../server/testing/client.ts';

/** What a device knows from its env.json; keys as base64url. */
export type DeviceKeys = { uuid: string; token: string; syncKey: string; secretKey: string };

/** Two requests make a device and one session may send 3,000 a minute: past this many another user owns them. */
const unitsPerOwner = 1_400;
const requestsAtOnce = 8;
const password = 'correct horse battery';
const schema = { output_variables: { value: { type: 'number' } } };

/** Makes units with one number output `value`, as their owners do it: setup link, accounts, API. */
export async function makeFleet(instance: { url: string; setupUrl: string }, count: number): Promise<DeviceKeys[]> {
  const devices: DeviceKeys[] = [];
  for (let made = 0; made < count; made += unitsPerOwner) {
    const owner = await makeOwner(instance, made / unitsPerOwner);
    devices.push(...(await makeUnits(owner, Math.min(unitsPerOwner, count - made))));
  }
  return devices;
}

async function makeOwner({ url, setupUrl }: { url: string; setupUrl: string }, index: number): Promise<TestClient> {
  const owner = createClient(() => url);
  const username = `bench-${index}`;
  const token = new URL(setupUrl).searchParams.get('token') ?? '';
  if (index === 0) await owner.call('POST /api/setup', { body: { token, username, password } });
  else await owner.call('POST /api/register', { body: { username, password } });
  return owner;
}

async function makeUnits(owner: TestClient, count: number): Promise<DeviceKeys[]> {
  const devices: DeviceKeys[] = [];
  let begun = 0;
  const work = async () => {
    while (begun < count) devices.push(await makeUnit(owner, `Device ${++begun}`));
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, work));
  return devices;
}

async function makeUnit(owner: TestClient, name: string): Promise<DeviceKeys> {
  const { id } = await owner.call('POST /api/units', { body: { name, schema } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id } });
  return {
    uuid: String(env.UNIT_UUID),
    token: String(env.PEPEUNIT_TOKEN),
    syncKey: String(env.SYNC_ENCRYPT_KEY),
    secretKey: String(env.SECRET_KEY),
  };
}
