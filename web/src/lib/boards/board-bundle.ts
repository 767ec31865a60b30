import { strToU8, zipSync } from 'fflate';
import { m } from '#lib/paraglide/messages.js';
import { type Env, ownFiles, type Program, programFiles, type Wifi } from './board-content.ts';

type Bundle = { unit: string; program: Program; env: Env; wifi: Wifi; now: number };

/** What belongs on a board as a .zip: the folder `board` with its files, and README.txt on how to load them. */
export function boardBundle({ unit, program, env, wifi, now }: Bundle): Uint8Array<ArrayBuffer> {
  const files = [...programFiles(program), ...ownFiles(program.version, env, wifi, now)];
  const entries = files.map(({ path, bytes }) => [`board/${path}`, bytes] as const);
  const readme = strToU8(m.board_readme({ unit, version: program.version }).replaceAll('\n', '\r\n'));
  return new Uint8Array(zipSync({ ...Object.fromEntries(entries), 'README.txt': readme }));
}

/** A name for a file on any system. */
export const bundleName = (unit: string) => `${unit.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 60) || 'unit'}.zip`;
