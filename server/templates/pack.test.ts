import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkPack } from './pack.ts';

const limits = { objects: 10, objectBytes: 1_000_000, bytes: 3_000_000 };

/** Size in 7 bits each, the least first; the first byte has the type and 4 bits. */
function header(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}
function number(size: number): Buffer {
  const bytes = [size & 0x7f];
  for (let rest = Math.floor(size / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}
const blob = (content: Buffer, stated = content.length) => Buffer.concat([header(3, stated), deflateSync(content)]);
function pack(objects: Buffer[], stated = objects.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(stated, 8);
  return Buffer.concat([head, ...objects, Buffer.alloc(20)]);
}
const check = (bytes: Buffer) => () => checkPack(bytes, limits);

describe('a pack', () => {
  test('within bounds is taken, with deltas and without', () => {
    const delta = Buffer.concat([number(5), number(5), Buffer.from([0x90, 5])]);
    const ofs = Buffer.concat([header(6, delta.length), Buffer.from([0x10]), deflateSync(delta)]);
    const ref = Buffer.concat([header(7, delta.length), Buffer.alloc(20), deflateSync(delta)]);
    expect(
      check(pack([blob(Buffer.from('hello')), blob(Buffer.alloc(0)), blob(Buffer.alloc(900_000, 7)), ofs, ref])),
    ).not.toThrow();
  });

  test('with a bomb is refused, whatever size it states', () => {
    const zeros = Buffer.alloc(50_000_000);
    expect(check(pack([blob(zeros)]))).toThrow('a file of more than 1000000 bytes');
    const lying = pack([blob(zeros, 10)]);
    const started = performance.now();
    expect(check(lying)).toThrow('cannot be read');
    expect(performance.now() - started).toBeLessThan(500);
  });

  test('with too much in all is refused', () => {
    expect(check(pack(Array.from({ length: 4 }, () => blob(Buffer.alloc(900_000)))))).toThrow(
      'more than 3000000 bytes',
    );
  });

  test('whose delta makes a giant is refused', () => {
    const delta = Buffer.concat([number(5), number(4_000_000_000), Buffer.from([0x90, 5])]);
    const giant = Buffer.concat([header(6, delta.length), Buffer.from([0x10]), deflateSync(delta)]);
    expect(check(pack([blob(Buffer.from('hello')), giant]))).toThrow('a file of more than');
  });

  test('with too many objects is refused before any is unpacked', () => {
    expect(check(pack([], 11))).toThrow('more than 10 files');
  });

  test.each([
    ['no pack', Buffer.from('<html></html>'.repeat(10))],
    ['empty', Buffer.alloc(0)],
    ['cut off', pack([blob(Buffer.from('hello'))]).subarray(0, 36)],
    ['short of objects', pack([blob(Buffer.from('hello'))], 2)],
    ['of a size that is not so', pack([blob(Buffer.from('hello'), 6)])],
    ['no deflate', pack([Buffer.concat([header(3, 5), Buffer.from('hello')])])],
  ])('that is %s is refused', (_, bytes) => {
    expect(check(bytes)).toThrow('cannot be read');
  });
});
