import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Outgoing } from '../outgoing.ts';
import { RepositoryError } from './failure.ts';
import type { Fetched, FetchJob, Report } from './fetch.ts';
import type { WorkerMessage } from './fetch-worker.ts';
import { type Followed, followedRef } from './followed-ref.ts';

export type Source = Followed & { url: string; token: string | null; folder: string };

type Deps = {
  outgoing: Outgoing;
  /** What `outgoing` may reach, for the threads, which have a way out of their own. */
  allow: readonly string[];
  /** Repositories are unpacked in here; nothing else is. */
  workFolder: string;
};

/** Git repositories of others, read over HTTP. */
export function createRepositories({ outgoing, allow, workFolder }: Deps) {
  return {
    /** Where what is followed is now; fetches nothing. @throws what `explain` has words for */
    look: (source: Source, signal: AbortSignal) => followedRef(outgoing, source, signal),

    /**
     * Fetches the files at a ref. The work is done in a thread that can be ended at any moment: unpacking takes a while, and
     * what is unpacked was written by strangers.
     * @param within milliseconds
     * @throws RepositoryError, or the signal's reason
     */
    async read(source: Source, want: string, within: number, signal: AbortSignal, report: Report): Promise<Fetched> {
      await mkdir(workFolder, { recursive: true });
      const gitdir = await mkdtemp(join(workFolder, 'git-'));
      try {
        const { url, token, folder } = source;
        return await inThread({ url, token, folder, want, allow, gitdir, within }, signal, report);
      } finally {
        await rm(gitdir, { recursive: true, force: true });
      }
    },

    /** Removes what a killed process left behind. */
    start: () => rm(workFolder, { recursive: true, force: true }),
  };
}

export type Repositories = ReturnType<typeof createRepositories>;

/** JavaScript's own memory of a thread; the packs themselves are bounded by `checkPack`. */
const heapMegabytes = 128;

async function inThread(job: FetchJob, signal: AbortSignal, report: Report): Promise<Fetched> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./fetch-worker.ts', import.meta.url), {
    workerData: job,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  thread.on('message', (message: WorkerMessage) => {
    if ('progress' in message) report(message.progress.phase, message.progress.done, message.progress.total);
    else if ('fetched' in message) resolve(message.fetched);
    else reject(message.failure === undefined ? new Error(message.error) : new RepositoryError(message.failure));
  });
  thread.once('error', (error: NodeJS.ErrnoException) => {
    reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new RepositoryError('The repository is too large.') : error);
  });
  thread.once('exit', () => reject(new Error('the thread ended without a word')));
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await thread.terminate();
  }
}
