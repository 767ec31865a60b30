import { randomBytes } from 'node:crypto';
import { type AeadKeys, aeadKeys, ivBytes, openAead, sealAead, tagBytes } from './envelope-aead.ts';

const profile = 1;
const headerBytes = 10;
/** Header, IV, one block of ciphertext (padding makes at least one), tag. */
const shortest = headerBytes + ivBytes + 16 + tagBytes;

/** 0 device → instance, 1 instance → device. */
export type Direction = 0 | 1;
export type EnvelopeKeys = AeadKeys;

export type Sealing = {
  direction: Direction;
  /** Key generation; its lowest 7 bits travel. */
  generation: number;
  /** u32: starts of the sender so far. */
  boot: number;
  /** u32, from 1: messages within this boot. */
  seq: number;
  /** The MQTT topic, or `http:` + path for a device's HTTP answers. */
  topic: string;
  plaintext: Buffer;
  /** 16 bytes, random when left out; given only by the test vectors. */
  iv?: Buffer;
};

export type Opening = { topic: string; direction: Direction; payload: Buffer };

export type Opened =
  | { ok: true; generation: number; boot: number; seq: number; plaintext: Buffer }
  | { ok: false; reason: 'malformed' | 'profile' | 'direction' | 'seal' };

/** Keys from the 32 bytes of SYNC_ENCRYPT_KEY. Throws a RangeError for any other length. */
export function envelopeKeys(syncKey: Buffer): EnvelopeKeys {
  return aeadKeys(syncKey);
}

/**
 * An envelope: profile, direction and generation, boot, sequence, IV, ciphertext, tag. The topic is sealed in without
 * being carried. Throws a RangeError when boot or seq is no u32.
 */
export function seal(keys: EnvelopeKeys, message: Sealing): Buffer {
  const { iv = randomBytes(ivBytes), plaintext, topic } = message;
  const header = headerOf(message);
  const { ciphertext, tag } = sealAead(keys, associatedData(header, topic), iv, plaintext);
  return Buffer.concat([header, iv, ciphertext, tag]);
}

/**
 * Opens an envelope that came by `topic` in `direction`; `generation` in the answer is 0 to 127. Replay is the caller's
 * to refuse: (boot, seq) must be larger than the last pair committed.
 */
export function open(keys: EnvelopeKeys, { topic, direction, payload }: Opening): Opened {
  const sealedBytes = payload.length - tagBytes;
  if (payload.length < shortest || (sealedBytes - headerBytes - ivBytes) % 16 !== 0) return refuse('malformed');
  if (payload[0] !== profile) return refuse('profile');
  const flags = payload[1] ?? 0;
  if ((flags & 1) !== direction) return refuse('direction');
  const associated = associatedData(payload.subarray(0, headerBytes), topic);
  const body = payload.subarray(headerBytes, sealedBytes);
  const plaintext = openAead(keys, associated, body, payload.subarray(sealedBytes));
  if (plaintext === undefined) return refuse('seal');
  const boot = payload.readUInt32BE(2);
  const seq = payload.readUInt32BE(6);
  return { ok: true, generation: generationOf(payload), boot, seq, plaintext };
}

/** The key generation (mod 128) that a whole envelope names, true or not until it opens. */
export const generationOf = (payload: Buffer) => (payload[1] ?? 0) >> 1;

function headerOf({ direction, generation, boot, seq }: Sealing): Buffer {
  const header = Buffer.alloc(headerBytes);
  header[0] = profile;
  header[1] = ((generation & 127) << 1) | direction;
  header.writeUInt32BE(boot, 2);
  header.writeUInt32BE(seq, 6);
  return header;
}

function associatedData(header: Buffer, topic: string): Buffer {
  const associated = Buffer.allocUnsafe(headerBytes + Buffer.byteLength(topic));
  header.copy(associated);
  associated.write(topic, headerBytes);
  return associated;
}

function refuse(reason: Exclude<Opened, { ok: true }>['reason']): Opened {
  return { ok: false, reason };
}
