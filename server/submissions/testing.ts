import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import type { TestInstance } from '../testing/instance.ts';
import { type Unit, unitsOf } from '../testing/units.ts';
import { signatureOf } from './credentials.ts';

export type Made = ApiReply<'POST /api/units/:id/endpoints'>;
type Wanted = { auth?: Made['auth']; needsTimestamp?: boolean };

const schema = {
  output_variables: {
    temperature: { type: 'number', maximum: 60 },
    door: { type: 'boolean' },
    note: { type: 'string' },
  },
};

/** What tests do with endpoints of one owner. */
export function endpointsOf(croft: Pick<TestInstance, 'url'>, owner: TestClient) {
  const units = unitsOf(owner, schema);
  let count = 0;

  async function makeOn(unit: Pick<Unit, 'id'>, wanted: Wanted = {}) {
    const body = { name: `Endpoint ${++count}`, ...wanted };
    return owner.call('POST /api/units/:id/endpoints', { params: { id: unit.id }, body });
  }

  function post(id: string, body: string | Buffer, headers: Record<string, string> = {}) {
    return fetch(`${croft.url}/api/submit/${id}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : Uint8Array.from(body),
    });
  }

  return {
    ...units,
    makeOn,
    /** A unit with one endpoint. */
    async make(wanted: Wanted = {}) {
      const { unit } = await units.makeUnit('token');
      return { unit, endpoint: await makeOn(unit, wanted) };
    },
    post,
    /** As JSON, with the token of the endpoint where it has one. */
    send: (endpoint: Made, body: unknown, headers: Record<string, string> = {}) =>
      post(endpoint.id, JSON.stringify(body), {
        ...(endpoint.auth === 'token' && { Authorization: `Bearer ${endpoint.secret}` }),
        ...headers,
      }),
    list: (endpoint: Pick<Made, 'id'>) =>
      owner.call('GET /api/endpoints/:id/submissions', { params: { id: endpoint.id } }),
  };
}

/** The headers that sign a body; without a time as GitHub does. */
export function signed({ secret }: Pick<Made, 'secret'>, body: string, timestamp?: number): Record<string, string> {
  const time = timestamp === undefined ? undefined : String(timestamp);
  const signature = signatureOf(secret ?? '', Buffer.from(body), time).toString('hex');
  return { 'X-Hub-Signature-256': `sha256=${signature}`, ...(time !== undefined && { 'X-Croft-Timestamp': time }) };
}

export const seconds = () => Math.floor(Date.now() / 1000);
