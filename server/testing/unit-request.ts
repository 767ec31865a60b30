import { createSecretKey } from 'node:crypto';
import { request } from 'node:http';
import { envelopeKeys, type Opened, open } from '../mqtt/envelope.ts';
import { httpProof } from '../mqtt/proof.ts';
import type { Env } from './device.ts';

type Answer = { status: number; headers: Record<string, unknown>; body: Buffer; opened: Opened; text: string };
type Options = { boot?: number; n: number; headers?: Record<string, string>; method?: string };

/** What a device with this env.json asks for over HTTP, the path sent as it is; the answer is opened with its keys. */
export async function unitRequest(env: Env, path: string, options: Options): Promise<Answer> {
  const { boot = 1, n, headers = {}, method = 'GET' } = options;
  const secret = createSecretKey(Buffer.from(String(env.SECRET_KEY), 'base64url'));
  const keys = envelopeKeys(Buffer.from(String(env.SYNC_ENCRYPT_KEY), 'base64url'));
  const proof = httpProof(secret, method, path, boot, n);
  const answer = await send(String(env.PEPEUNIT_URL), path, method, {
    Authorization: `Unit ${env.PEPEUNIT_TOKEN}`,
    'Croft-Proof': proof,
    ...headers,
  });
  const opened = open(keys, { topic: `http:${path}`, direction: 1, payload: answer.body });
  return { ...answer, opened, text: opened.ok ? opened.plaintext.toString() : '' };
}

function send(url: string, path: string, method: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(url);
  return new Promise<Pick<Answer, 'status' | 'headers' | 'body'>>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
    });
    asked.on('error', reject).end();
  });
}
