import { expect, test } from 'vitest';
import { createSerialLines, troubleIn } from './serial-lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('lines come whole, however the bytes are cut, without a chip’s noise and without secrets', () => {
  const log = createSerialLines(['the key', '', 'abc']);
  const all = Uint8Array.from([
    0x72,
    0x00,
    0x82,
    0xf4,
    0x0a,
    ...bytes('info: «☀» abc\r\n\r\nerror: the key is out\nhalf'),
  ]);
  const lines = [...all].flatMap((byte) => log.take(Uint8Array.of(byte)));
  expect(lines).toEqual(['r', 'info: «☀» abc', 'error: ••• is out']);
  expect(log.take(bytes(' line\n'))).toEqual(['half line']);
});

test('a line without an end is cut', () => {
  const log = createSerialLines([]);
  for (let n = 0; n < 100; n++) expect(log.take(bytes('x'.repeat(1_000)))).toEqual([]);
  expect(log.take(bytes('\n'))[0]?.length).toBeLessThanOrEqual(2_001);
});

test.each([
  ['error: connection: OSError no Wi-Fi, status 3', 'wifi-name'],
  ['error: connection: OSError no Wi-Fi, status 201', 'wifi-name'],
  ['error: connection: OSError no Wi-Fi, status 2', 'wifi-password'],
  ['error: connection: OSError no Wi-Fi, status 202', 'wifi-password'],
  ['error: connection: OSError no Wi-Fi, status 1', 'wifi'],
  ['error: connection: OSError refused, code 4', 'refused'],
  ['error: connection: OSError [Errno 113] EHOSTUNREACH', 'unreachable'],
  ['error: connection: OSError no room for TLS here: give the board the plain port', 'tls'],
  ['Wi-Fi of the board: croft-1a2b3c, password x, then http://192.168.4.1', 'portal'],
  ["error: unit.py: ImportError no module named 'dht'", 'unit'],
  ['info: start 5, power, program v1', undefined],
])('%s', (line, trouble) => expect(troubleIn(line)).toBe(trouble));
