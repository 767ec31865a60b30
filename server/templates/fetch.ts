import fs from 'node:fs';
import git, { type FetchResult } from 'isomorphic-git';
import type { z } from 'zod';
import { createOutgoing } from '../outgoing.ts';
import type { phase } from './contract.ts';
import { RepositoryError } from './failure.ts';
import { createGitHttp } from './git-http.ts';
import { checkPack } from './pack.ts';
import { readTree } from './tree.ts';

export type Phase = z.output<typeof phase>;
export type Report = (phase: Phase, done: number, total: number | null) => void;

export type FetchJob = {
  url: string;
  token: string | null;
  folder: string;
  /** A ref in full, HEAD, or a commit. */
  want: string;
  /** For outgoing requests. */
  allow: readonly string[];
  /** An empty folder to work in. */
  gitdir: string;
  /** Milliseconds. */
  within: number;
};

export type Fetched = { commit: string; committedAt: Date; files: ReadonlyMap<string, Uint8Array> };

const packLimit = 16 * 1024 * 1024;

/**
 * Fetches the newest files alone (depth 1, one ref) and reads those of the folder.
 * @throws RepositoryError, AppError, OutgoingError, errors of isomorphic-git: `explain` has words for them
 */
export async function fetchFiles(job: FetchJob, report: Report): Promise<Fetched> {
  const { url, token, folder, want, gitdir, within } = job;
  const repository = { fs: boundedFs, gitdir, cache: {} };
  const outgoing = createOutgoing({ allow: job.allow, within });
  const received = (bytes: number) => report('downloading', bytes, null);
  const ended = new AbortController();
  try {
    const http = createGitHttp({ outgoing, url, token, signal: ended.signal, limit: packLimit, received });
    await git.init({ ...repository, bare: true });
    await git.addRemote({ ...repository, remote: 'origin', url });
    const fetching = git.fetch({
      ...repository,
      http,
      url,
      ref: want,
      remoteRef: want,
      depth: 1,
      singleBranch: true,
      tags: false,
      onProgress: ({ phase, loaded, total }) => report(phaseOf(phase), loaded, total ?? null),
    });
    const { oid, commit } = await commitOf(repository, fetching, want);
    const files = await readTree(repository, oid, folder, (done, total) => report('reading', done, total));
    return { commit: oid, committedAt: new Date(commit.committer.timestamp * 1000), files };
  } finally {
    ended.abort();
  }
}

/** A tag of its own object is followed to its commit. */
async function commitOf(
  repository: { fs: typeof boundedFs; gitdir: string },
  fetching: Promise<FetchResult>,
  want: string,
) {
  try {
    const { fetchHead } = await fetching;
    return await git.readCommit({ ...repository, oid: fetchHead ?? want });
  } catch (error) {
    if ((error as { code?: string }).code !== 'NotFoundError') throw error;
    throw new RepositoryError(`The git server does not give out ${nameOf(want)}. Is it in the repository?`);
  }
}

const nameOf = (want: string) =>
  /^[0-9a-f]{40}$/.test(want) ? `the commit ${want}` : want.replace(/^refs\/\w+\//, '');

/** The phases that isomorphic-git tells: those of the server are on its way, the others are ours. */
function phaseOf(phase: string): Phase {
  return /^(Receiving|Resolving|Analyzing|Updating)/.test(phase) ? 'unpacking' : 'preparing';
}

/** A pack comes here whole before isomorphic-git unpacks it. */
const boundedFs = {
  promises: {
    ...fs.promises,
    writeFile: async (path: string, content: Uint8Array | string, options?: object) => {
      if (path.endsWith('.pack') && typeof content !== 'string') checkPack(Buffer.from(content));
      await fs.promises.writeFile(path, content, options);
    },
  },
};
