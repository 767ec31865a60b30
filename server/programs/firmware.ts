import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ProgramFile = { path: string; sha256: Buffer; content: Buffer };
/** What every board gets beside the owner's part; `hash`: 7 hexadecimal digits that change with it. */
export type Firmware = { hash: string; files: ProgramFile[] };

const board = fileURLToPath(new URL('../../firmware/board/', import.meta.url));

export const digest = (content: Buffer | string) => createHash('sha256').update(content).digest();

/** Reads the program that comes with the instance. */
export async function readFirmware(): Promise<Firmware> {
  const entries = await readdir(board, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(paths.toSorted().map(readProgramFile));
  const listed = files.map(({ path, sha256 }) => `${path} ${sha256.toString('hex')}\n`);
  return { files, hash: digest(listed.join('')).toString('hex').slice(0, 7) };
}

async function readProgramFile(path: string): Promise<ProgramFile> {
  const content = await readFile(path);
  return { path: relative(board, path).replaceAll('\\', '/'), content, sha256: digest(content) };
}
