import type { Outgoing } from '../outgoing.ts';
import { RepositoryError } from './failure.ts';
import { createGitHttp } from './git-http.ts';
import { newestTag } from './newest-tag.ts';

/** `ref`: the commit, or the branch; '' for the default branch, and what it is at. Nothing with `tag`. */
export type Followed = { follow: 'commit' | 'tag' | 'branch'; ref: string };

/** `want` is what to fetch, `commit` what that is now, `label` what people call it. */
export type FollowedRef = { want: string; commit: string; label: string };

/** Bytes of a list of refs: 40,000 tags. */
const listLimit = 4 * 1024 * 1024;

/** Asks the server where it is now. */
export async function followedRef(
  outgoing: Outgoing,
  source: Followed & { url: string; token: string | null },
  signal: AbortSignal,
): Promise<FollowedRef> {
  const { url, token, follow, ref } = source;
  if (follow === 'commit' && ref !== '') return { want: ref, commit: ref, label: short(ref) };
  const ended = new AbortController();
  const http = createGitHttp({
    outgoing,
    url,
    token,
    signal: AbortSignal.any([signal, ended.signal]),
    limit: listLimit,
  });
  // HEAD is asked for by itself: a branch may be called alike.
  const prefix = follow === 'tag' ? 'refs/tags/' : ref === '' ? 'HEAD' : `refs/heads/${ref}`;
  try {
    // 21 MB and 60 ms, for instances that read a repository.
    const { default: git } = await import('isomorphic-git');
    const refs = await git.listServerRefs({ http, url, prefix, peelTags: follow === 'tag' });
    return follow === 'tag' ? ofTags(refs) : ofBranch(refs, prefix, ref);
  } finally {
    ended.abort();
  }
}

type Ref = { ref: string; oid: string; peeled?: string | undefined };

function ofBranch(refs: Ref[], want: string, branch: string): FollowedRef {
  const found = refs.find(({ ref }) => ref === want);
  if (found) return { want, commit: found.oid, label: short(found.oid) };
  throw new RepositoryError(
    branch === ''
      ? 'The repository is empty, or it has no default branch. Name the branch.'
      : `There is no branch “${branch}” in the repository.`,
  );
}

function ofTags(refs: Ref[]): FollowedRef {
  const tags = new Map(refs.map((one) => [one.ref.replace('refs/tags/', ''), one]));
  const newest = newestTag([...tags.keys()]);
  const found = newest === undefined ? undefined : tags.get(newest);
  if (newest === undefined || !found) {
    throw new RepositoryError('The repository has no tags. Follow a branch, or make a tag.');
  }
  return { want: found.ref, commit: found.peeled ?? found.oid, label: newest.slice(0, 100) };
}

const short = (commit: string) => commit.slice(0, 10);
