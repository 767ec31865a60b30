import { inflateSync } from 'node:zlib';
import { RepositoryError } from './failure.ts';

type Limits = { objects: number; objectBytes: number; bytes: number };
const packLimits: Limits = { objects: 20_000, objectBytes: 16 * 1024 * 1024, bytes: 64 * 1024 * 1024 };
const headerLength = 12;
const trailerLength = 20;
const ofsDelta = 6;
const refDelta = 7;

/**
 * Unpacks every object of a pack within bounds and forgets it again: isomorphic-git unpacks without any, and deflate makes
 * 16 GB of 16 MB. What sizes a pack states is checked against what comes out of it.
 * @throws RepositoryError when there are too many or too large objects, or it cannot be read
 */
export function checkPack(pack: Buffer, limits = packLimits): void {
  if (pack.length < headerLength + trailerLength || pack.toString('latin1', 0, 4) !== 'PACK') throw unreadable();
  const count = pack.readUInt32BE(8);
  if (count > limits.objects) throw tooLarge(`more than ${limits.objects} files and folders`);
  let at = headerLength;
  let bytes = 0;
  const note = (size: number) => {
    bytes += size;
    if (size > limits.objectBytes) throw tooLarge(`a file of more than ${limits.objectBytes} bytes`);
    if (bytes > limits.bytes) throw tooLarge(`more than ${limits.bytes} bytes`);
  };
  for (let number = 0; number < count; number++) {
    const { type, size, next } = readHeader(pack, at);
    note(size);
    const { content, length } = inflate(pack.subarray(next, -trailerLength), size);
    if (type === ofsDelta || type === refDelta) note(resultOf(content));
    at = next + length;
  }
}

/** gitformat-pack(5): type in bits 4 to 6 of the first byte, size in the rest and in bytes that follow, 7 bits each. */
function readHeader(pack: Buffer, start: number) {
  const first = byteAt(pack, start);
  const type = (first >> 4) & 7;
  let size = first & 15;
  let at = start + 1;
  let scale = 16;
  for (let byte = first; byte & 0x80; scale *= 128) {
    byte = byteAt(pack, at++);
    size += (byte & 0x7f) * scale;
  }
  if (type === refDelta) at += 20;
  if (type === ofsDelta) while (byteAt(pack, at++) & 0x80);
  return { type, size, next: at };
}

function inflate(packed: Buffer, size: number): { content: Buffer; length: number } {
  try {
    const options = { info: true, maxOutputLength: Math.max(size, 1) };
    // @types/node does not know what `info` changes.
    const { buffer, engine } = inflateSync(packed, options) as unknown as Inflated;
    if (buffer.length === size) return { content: buffer, length: engine.bytesWritten };
  } catch {
    // More came out than was stated, or it is no deflate.
  }
  throw unreadable();
}

type Inflated = { buffer: Buffer; engine: { bytesWritten: number } };

/** The size of what a delta makes: the second number in it. */
function resultOf(delta: Buffer): number {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = byteAt(delta, at++);
      value += (byte & 0x7f) * scale;
      if (!(byte & 0x80)) return value;
    }
  };
  number();
  return number();
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw unreadable();
  return byte;
}

const unreadable = () => new RepositoryError('What the git server sent cannot be read. It is tried again later.');
const tooLarge = (what: string) =>
  new RepositoryError(`The repository has ${what}. Use a smaller one, or import a .zip.`);
