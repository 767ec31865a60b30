import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { Cable } from './plug-in.ts';

/** Commands of the loader in the ROM and of esptool's stub: https://docs.espressif.com/projects/esptool (serial protocol). */
const commands = {
  ...{ memoryEnd: 0x06, sync: 0x08, writeRegister: 0x09, readRegister: 0x0a },
  ...{ compressedData: 0x11, compressedEnd: 0x12, digest: 0x13, securityInfo: 0x14, erase: 0xd0 },
};
const registers = { kind: 0x40001000, spiWord: 0x60000240 };

/** What an ESP8266 answers in there, and the identity of a flash of 4 MB. */
const kinds = { ESP8266: 0xfff0c101, ESP32: 0x00f01d83 };
const flashIdentity = 0x1640ef;

/** The loader of a chip without a program, over a serial line (SLIP, RFC 1055), as far as writing its flash asks for it. */
export function bareChip(kind: keyof typeof kinds = 'ESP8266') {
  const outbox: number[] = [];
  let changed = Promise.withResolvers<void>();
  let heard: number[] = [];
  const parts: Buffer[] = [];
  let isWhole = false;
  let erasures = 0;

  function send(bytes: Uint8Array): void {
    const escaped = [...bytes].flatMap((byte) =>
      byte === 0xc0 ? [0xdb, 0xdc] : byte === 0xdb ? [0xdb, 0xdd] : [byte],
    );
    outbox.push(0xc0, ...escaped, 0xc0);
    changed.resolve();
    changed = Promise.withResolvers();
  }

  function answer(command: number, value = 0, data: Uint8Array = new Uint8Array(), status = [0, 0]): void {
    const packet = Buffer.alloc(8 + data.length + 2);
    packet.writeUInt8(1, 0);
    packet.writeUInt8(command, 1);
    packet.writeUInt16LE(data.length + 2, 2);
    packet.writeUInt32LE(value >>> 0, 4);
    packet.set([...data, ...status], 8);
    send(packet);
  }

  const written = () => inflateSync(Buffer.concat(parts));

  function register(address: number): number {
    if (address === registers.kind) return kinds[kind];
    return address === registers.spiWord ? flashIdentity : 0;
  }

  function take(packet: Buffer): void {
    const command = packet.readUInt8(1);
    const body = packet.subarray(8);
    if (command === commands.sync) for (let n = 0; n < 8; n++) answer(command, 0x20120707);
    else if (command === commands.securityInfo) for (let n = 0; n < 8; n++) answer(0, 0, undefined, [1, 5]);
    else if (command === commands.readRegister) answer(command, register(body.readUInt32LE(0)));
    else if (command === commands.digest) answer(command, 0, createHash('md5').update(written()).digest());
    else {
      if (command === commands.erase) erasures++;
      if (command === commands.compressedEnd) isWhole = true;
      if (command === commands.compressedData) parts.push(Buffer.from(body.subarray(16)));
      answer(command);
      // The stub that was put into memory says hello.
      if (command === commands.memoryEnd) send(Buffer.from('OHAI'));
    }
  }

  const cable: Cable = {
    async read(ms) {
      if (outbox.length === 0) await Promise.race([changed.promise, new Promise((resolve) => setTimeout(resolve, ms))]);
      return Uint8Array.from(outbox.splice(0));
    },
    async write(bytes) {
      for (const byte of bytes) {
        if (byte !== 0xc0) heard.push(byte);
        else if (heard.length > 0) {
          const plain = Buffer.from(heard.flatMap((one, at) => unescaped(one, heard[at - 1])));
          heard = [];
          // What is no packet (the words for a REPL) is passed over, as the ROM does.
          if (plain.length >= 8 && plain[0] === 0) take(plain);
        }
      }
    },
  };
  return {
    ...cable,
    erasures: () => erasures,
    /** What was written into its flash, once all of it is there. */
    flash: () => (isWhole ? written() : undefined),
  };
}

function unescaped(byte: number, before: number | undefined): number[] {
  if (before === 0xdb) return byte === 0xdc ? [0xc0] : [0xdb];
  return byte === 0xdb ? [] : [byte];
}
