import { m } from '#lib/paraglide/messages.js';
import { visibilityLabel } from '#lib/variables/labels.ts';
import type { Follow, Template } from './template.ts';

const shortCommit = 10;

/** What of a repository is followed, as the end of "follows …". */
export function followLabel(follow: Follow): string {
  if (follow.mode === 'tag') return m.template_follows_tag();
  if (follow.mode === 'branch') {
    return follow.branch ? m.template_follows_branch({ branch: follow.branch }) : m.template_follows_default();
  }
  return follow.commit
    ? m.template_follows_commit({ commit: follow.commit.slice(0, shortCommit) })
    : m.template_follows_commit_now();
}

/** `https://git.example/ada/boards.git` as `git.example/ada/boards`. */
export const shortUrl = (url: string) => url.replace(/^https?:\/\//, '').replace(/(\.git)?\/?$/, '');

export const visibilityOptions = () =>
  (['private', 'local', 'public'] as const satisfies Template['visibility'][]).map((value) => ({
    value,
    label: visibilityLabel(value),
  }));
