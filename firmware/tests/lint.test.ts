import { expect, test } from 'vitest';
import { filesBelow, textOf } from './board/files.ts';

/** What the ESP8266's MicroPython lacks (ports/esp8266/mpconfigport.h), or what would cost too much there. */
const lacking: [string, RegExp][] = [
  ['f-strings', /(^|[^\w"'])[fF][rR]?["']/m],
  ['str.partition', /\.r?partition\(/],
  ['str.splitlines', /\.splitlines\(/],
  ['str.center', /\.center\(/],
  ['bytes.hex and bytes.fromhex', /\.(hex|fromhex)\(/],
  ['random.randint and its like', /\brandom\.(randint|random|uniform|choice|randrange)\b|from random import/],
  ['binascii.crc32', /crc32/],
  ['hmac', /import hmac|from hmac/],
  ['md5 and sha1', /\b(md5|sha1)\b/],
  ['the walrus', /:=/],
  ['asyncio', /asyncio/],
  ['typing and dataclasses', /import (typing|dataclasses)|from (typing|dataclasses)/],
  ['umqtt, which hangs on half-open links', /umqtt/],
  ['catching what is no Exception: a reset would be swallowed', /except:|BaseException|SystemExit/],
  ['time.time(), whose epoch differs from port to port', /time\.time\(/],
  ['tabs', /\t/],
];

const programs = new Map(
  ['board', 'examples'].flatMap((folder) =>
    [...filesBelow(folder)]
      .filter(([path]) => path.endsWith('.py'))
      .map(([path, bytes]) => [`${folder}/${path}`, bytes]),
  ),
);

test.each([...programs])('%s keeps to what the chip has', (_path, bytes) => {
  const source = textOf(bytes);
  // Compiling takes three times as much heap as the source is long.
  expect(bytes.length).toBeLessThanOrEqual(4096);
  expect(source.split('\n').filter((line) => line.length > 120)).toEqual([]);
  expect(lacking.filter(([, pattern]) => pattern.test(withoutComments(source))).map(([name]) => name)).toEqual([]);
});

test.each([
  ['f-strings', 'x = f"{y}"'],
  ['f-strings', "print(rb'x', F'{y}')"],
  ['str.partition', 'a.partition(":")'],
  ['catching what is no Exception: a reset would be swallowed', 'try:\n  x()\nexcept:\n  pass'],
  ['hmac', 'import hmac'],
])('the lint finds %s: %j', (name, source) => {
  const [, pattern] = lacking.find(([one]) => one === name) ?? [];
  expect(source).toMatch(pattern ?? /never/);
});

/** Docstrings and comments may name what the code may not use. */
function withoutComments(source: string): string {
  return source.replaceAll(/"""[\s\S]*?"""/g, '""').replaceAll(/(^|\s)#.*$/gm, '');
}
