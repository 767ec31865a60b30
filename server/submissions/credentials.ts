import { createHmac, timingSafeEqual } from 'node:crypto';
import { hashOfSecret } from '../users/users.ts';

/** A header's value by its name, '' where there is none. */
export type Header = (name: string) => string;

/** `expiresAt`: until when it could be sent again (epoch ms); only those with a timestamp end. */
export type Signature = { given: Buffer; timestamp: string | undefined; expiresAt: number | undefined };

type Read = { ok: true; signature: Signature } | { ok: false; problem: string };

/** How far a timestamp may be from the clock here: network and clocks that are a little off (ms). */
const timestampWindow = 5 * 60_000;

/** What is wrong with a bearer token (RFC 6750 §2.1), undefined when nothing is; in a time that does not tell how much. */
export function tokenProblem(header: Header, secretHash: Buffer): string | undefined {
  const token = /^Bearer +(\S+) *$/i.exec(header('authorization'))?.[1];
  if (token === undefined) return 'Send "Authorization: Bearer" with the token of this endpoint.';
  return timingSafeEqual(hashOfSecret(token), secretHash) ? undefined : 'The token is not the one of this endpoint.';
}

/**
 * HMAC-SHA256 (RFC 2104) of the bytes of a body as GitHub makes it, the key being the text of the secret; with a timestamp
 * that of `<timestamp>.<body>`.
 */
export function signatureOf(secret: string, body: Buffer, timestamp?: string): Buffer {
  const hmac = createHmac('sha256', secret);
  if (timestamp !== undefined) hmac.update(`${timestamp}.`);
  return hmac.update(body).digest();
}

/** Whether it is the signature of this body, in a time that does not tell how much of it. */
export function signs(secret: string, body: Buffer, { given, timestamp }: Signature): boolean {
  return timingSafeEqual(signatureOf(secret, body, timestamp), given);
}

/**
 * Reads `X-Hub-Signature-256: sha256=<64 hex digits>` and `X-Croft-Timestamp: <Unix seconds>`. A timestamp that need not be
 * there counts all the same where it is. @param now epoch milliseconds
 */
export function readSignature(header: Header, needsTimestamp: boolean, now: number): Read {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header('x-hub-signature-256'))?.[1];
  if (hex === undefined) return fault('Send "X-Hub-Signature-256: sha256=" with the HMAC-SHA256 in hexadecimal.');
  const given = Buffer.from(hex, 'hex');
  const timestamp = header('x-croft-timestamp');
  if (timestamp === '') {
    if (needsTimestamp) return fault('Send "X-Croft-Timestamp" with the time in Unix seconds, and sign it too.');
    return { ok: true, signature: { given, timestamp: undefined, expiresAt: undefined } };
  }
  if (!/^\d{1,12}$/.test(timestamp)) return fault('X-Croft-Timestamp is no time in Unix seconds.');
  const at = Number(timestamp) * 1000;
  if (Math.abs(at - now) > timestampWindow)
    return fault('X-Croft-Timestamp is more than 5 minutes from the time here.');
  return { ok: true, signature: { given, timestamp, expiresAt: at + timestampWindow } };
}

const fault = (problem: string): Read => ({ ok: false, problem });
