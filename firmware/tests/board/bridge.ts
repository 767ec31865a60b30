import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv, randomBytes } from 'node:crypto';
import { type Chip, place } from './protocol.ts';

/** ticks_ms wraps at this on an ESP8266. */
const ticksPeriod = 2 ** 30;

type Call = (...words: (string | number)[]) => string;

/** What the shims in Python call (`import bridge`). Bytes go as hex, because this MicroPython hands over none. */
export function createBridge(shared: Int32Array, chip: Chip, call: Call) {
  const ciphers: (Cipheriv | Decipheriv)[] = [];
  const start = performance.now();
  return {
    call,
    ticks: () => Math.floor(performance.now() - start + Atomics.load(shared, place.millisecondsAhead)) % ticksPeriod,
    isConnected: () => Atomics.load(shared, place.isWifiThere) === 2,
    resetCause: () => chip.resetCause,
    epoch: () => chip.epoch,
    random: (count: number) => randomBytes(count).toString('hex'),
    pin: (number: number) => Atomics.load(shared, place.pins + number),
    setPin: (number: number, level: number) => void Atomics.store(shared, place.pins + number, level),

    cipher: (direction: 'encrypt' | 'decrypt', key: string, iv: string): number => {
      const create = direction === 'encrypt' ? createCipheriv : createDecipheriv;
      return ciphers.push(create('aes-128-cbc', Buffer.from(key, 'hex'), Buffer.from(iv, 'hex')).setAutoPadding(false));
    },
    crypt: (number: number, data: string) => ciphers[number - 1]?.update(data, 'hex', 'hex') ?? '',
  };
}
