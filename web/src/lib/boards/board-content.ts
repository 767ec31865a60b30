import type { ApiReply } from '../../../../server/contract.ts';
import type { BoardFile } from './board-files.ts';

export type Program = ApiReply<'GET /api/units/:id/program'>;
export type Env = ApiReply<'GET /api/units/:id/env'>;
/** As typed in the page; an empty name: the board asks for its Wi-Fi itself. */
export type Wifi = { name: string; password: string };

/** They start the program: written last, so that a board whose upload was cut short starts nothing half. */
const starters = ['boot.py', 'main.py'];

/** The files of a program, those that start it last. */
export function programFiles({ files }: Program): BoardFile[] {
  const all = files.map(({ path, content }) => ({ path, bytes: fromBase64(content) }));
  const place = ({ path }: BoardFile) => starters.indexOf(path);
  return all.toSorted((one, other) => place(one) - place(other));
}

/**
 * What belongs to one board alone: who it is, with the Wi-Fi that the instance never learns; the version of its program
 * (starts.version() of the firmware reads it); and a counter of starts that no start before has had, as the instance
 * lets none in twice: the seconds since 1970.
 */
export function ownFiles(version: string, env: Env, wifi: Wifi, now: number): BoardFile[] {
  const values = { ...env, WIFI_SSID: wifi.name, WIFI_PASS: wifi.password };
  return [
    json('env.json', values),
    json('version.json', version),
    json('starts.json', [Math.floor(now / 1000), 0, '', false, -1]),
  ];
}

const json = (path: string, value: unknown): BoardFile => ({
  path,
  bytes: new TextEncoder().encode(JSON.stringify(value)),
});

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

export const isStarter = ({ path }: BoardFile) => starters.includes(path);

/** The board takes `x.py` rather than `x.mpy` when both are there. */
export function twinOf(path: string): string | undefined {
  if (path.endsWith('.py')) return `${path.slice(0, -3)}.mpy`;
  return path.endsWith('.mpy') ? `${path.slice(0, -4)}.py` : undefined;
}

/** What an update over the air leaves when it is cut short: it is about another program by now. */
export const isLeftover = (path: string) =>
  ['swap.json', 'job.json', 'result.json', 'manifest.json'].includes(path) || /\.(new|old|part|tmp)$/.test(path);
