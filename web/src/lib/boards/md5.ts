import { hexadecimal } from './digest.ts';

/** Bits to rotate by in each of the four rounds, and the constants: RFC 1321 §3.4. */
const turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const sines = Array.from({ length: 64 }, (_, index) => Math.floor(2 ** 32 * Math.abs(Math.sin(index + 1))));

/**
 * MD5 of bytes (RFC 1321), hexadecimal: the one digest that the loader in an ESP8266 makes of its flash, to be compared
 * after writing. It finds errors, it is no protection.
 */
export function md5(bytes: Uint8Array): string {
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (bytes.length * 8) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(bytes.length / 2 ** 29), true);

  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < padded.length; block += 64) mix(state, view, block);
  return hexadecimal(new Uint8Array(state.buffer));
}

function mix(state: Uint32Array, view: DataView, block: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const [bits, word] = round(step, b, c, d);
    const sum = (a + bits + (sines[step] ?? 0) + view.getUint32(block + 4 * word, true)) >>> 0;
    const turn = turns[((step >> 4) << 2) | (step & 3)] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) >>> 0];
  }
  for (const [index, value] of [a, b, c, d].entries()) state[index] = (state[index] ?? 0) + value;
}

/** The function of a step, and which word of the block it takes. */
function round(step: number, b: number, c: number, d: number): [number, number] {
  if (step < 16) return [(b & c) | (~b & d), step];
  if (step < 32) return [(d & b) | (~d & c), (5 * step + 1) % 16];
  if (step < 48) return [b ^ c ^ d, (3 * step + 5) % 16];
  return [c ^ (b | ~d), (7 * step) % 16];
}
