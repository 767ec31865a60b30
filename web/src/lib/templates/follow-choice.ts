import type { Follow } from './template.ts';

/** What of a repository is followed, as a form holds it. */
export type FollowChoice = { mode: Follow['mode']; branch: string; commit: string };

export const newFollow: FollowChoice = { mode: 'branch', branch: '', commit: '' };

export const choiceOf = (follow: Follow): FollowChoice => ({ ...newFollow, ...follow });

export function followOf({ mode, branch, commit }: FollowChoice): Follow {
  if (mode === 'branch') return { mode, branch: branch.trim() };
  if (mode === 'commit') return { mode, commit: commit.trim().toLowerCase() };
  return { mode };
}
