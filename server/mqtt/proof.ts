import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** `boot`: starts of the device so far; `n`: proofs made within this boot. Both u32. A larger pair is a newer one. */
export type ProofCounter = { boot: number; n: number };

const largestU32 = 0xffff_ffff;
const proofShape = /^(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,9})\.([A-Za-z0-9_-]{43})$/;

/** The MQTT password `<boot>.<n>.<proof>` of a device; `secret` is SECRET_KEY. */
export function connectPassword(secret: KeyObject, uuid: string, boot: number, n: number): string {
  return `${boot}.${n}.${hmac(secret, connectMessage(uuid, boot, n))}`;
}

/** The password's counters when it is right. Replay is the caller's to refuse: the pair must be larger than the last. */
export function checkConnectPassword(secret: KeyObject, uuid: string, password: string): ProofCounter | undefined {
  return check(secret, password, (boot, n) => connectMessage(uuid, boot, n));
}

/** The `Croft-Proof` header of a device's HTTP request; `path` as sent, starting with `/`. */
export function httpProof(secret: KeyObject, method: string, path: string, boot: number, n: number): string {
  return `${boot}.${n}.${hmac(secret, httpMessage(method, path, boot, n))}`;
}

/** The header's counters when it is right; replay as with `checkConnectPassword`. */
export function checkHttpProof(
  secret: KeyObject,
  method: string,
  path: string,
  header: string,
): ProofCounter | undefined {
  return check(secret, header, (boot, n) => httpMessage(method, path, boot, n));
}

function connectMessage(uuid: string, boot: number, n: number): string {
  return `croft-connect|${uuid}|${boot}|${n}`;
}

function httpMessage(method: string, path: string, boot: number, n: number): string {
  return `${method}|${path}|${boot}|${n}`;
}

/** Compares the text, not the bytes it stands for: 43 base64url characters carry 2 bits that bytes would not show. */
function check(
  secret: KeyObject,
  given: string,
  message: (boot: number, n: number) => string,
): ProofCounter | undefined {
  const [, bootText, nText, proof] = proofShape.exec(given) ?? [];
  if (bootText === undefined || nText === undefined || proof === undefined) return undefined;
  const boot = Number(bootText);
  const n = Number(nText);
  if (boot > largestU32 || n > largestU32) return undefined;
  const expected = hmac(secret, message(boot, n));
  return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(proof, 'latin1')) ? { boot, n } : undefined;
}

function hmac(secret: KeyObject, message: string): string {
  return createHmac('sha256', secret).update(message).digest('base64url');
}
