import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flash } from './protocol.ts';

export const firmwareFolder = fileURLToPath(new URL('../../', import.meta.url));

/** Every file below a folder of `firmware/`, by its path within. */
export function filesBelow(folder: string): Flash {
  const root = join(firmwareFolder, folder);
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  return new Map(paths.toSorted().map((path) => [path, readFileSync(join(root, path))]));
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** What is loaded onto a board: the program, a unit.py, and its env.json with the Wi-Fi typed in. */
export function loadedFlash(unit: string, env: object): Flash {
  const withWifi = { ...env, WIFI_SSID: 'Shed', WIFI_PASS: 'a Wi-Fi password' };
  return new Map([...filesBelow('board'), ['unit.py', bytesOf(unit)], ['env.json', bytesOf(JSON.stringify(withWifi))]]);
}

/** Changes values of the env.json in a flash. */
export function setEnv(flash: Flash, values: object): void {
  const env = JSON.parse(textOf(flash.get('env.json')));
  flash.set('env.json', bytesOf(JSON.stringify({ ...env, ...values })));
}
