import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { notFound } from '../errors.ts';

/** Bytes: the largest flash of an ESP32. */
const largestImage = 32 * 1024 * 1024;
const nameShape = /^\w[\w .+-]{0,120}\.bin$/;

type Facts = { size: number; changedAt: number };

/** MicroPython images for boards, as the operator puts them into a folder. */
export function createBoardImages({ folder }: { folder: string }) {
  /** Hashes of files that have not changed since. */
  const hashes = new Map<string, Facts & { sha256: Promise<string> }>();

  async function factsOf(name: string): Promise<Facts | undefined> {
    const found = await stat(join(folder, name)).catch(missing);
    if (!nameShape.test(name) || !found?.isFile() || found.size > largestImage) return undefined;
    return { size: found.size, changedAt: found.mtimeMs };
  }

  function hashOf(name: string, facts: Facts): Promise<string> {
    const known = hashes.get(name);
    if (known?.size === facts.size && known.changedAt === facts.changedAt) return known.sha256;
    const sha256 = hashFile(join(folder, name));
    hashes.set(name, { ...facts, sha256 });
    sha256.catch(() => hashes.delete(name));
    return sha256;
  }

  return {
    /** By name; a folder that is not there holds none. */
    async list(): Promise<{ name: string; size: number; sha256: string }[]> {
      const names = (await readdir(folder).catch(missing)) ?? [];
      const listed = [];
      for (const name of names.toSorted()) {
        const facts = await factsOf(name);
        if (facts) listed.push({ name, size: facts.size, sha256: await hashOf(name, facts) });
      }
      return listed;
    },

    /** @throws AppError 404 */
    async open(name: string) {
      const facts = await factsOf(name);
      if (!facts) throw notFound('image');
      return { size: facts.size, stream: createReadStream(join(folder, name)) };
    },
  };
}

export type BoardImages = ReturnType<typeof createBoardImages>;

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
