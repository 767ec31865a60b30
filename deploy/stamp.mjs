import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The text of a file, or undefined where there is none. */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a stamp in one step, so that a reader never sees half of it. */
export function writeStamp(path, stamp) {
  writeFileSync(`${path}.new`, stamp);
  renameSync(`${path}.new`, path);
}
