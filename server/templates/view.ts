import type { RouteAnswer } from '../http/contract.ts';
import type { templatesContract } from './contract.ts';
import type { Progress } from './readings.ts';
import type { ShownTemplate } from './shown-store.ts';
import type { TemplateFile, VersionSummary } from './versions-store.ts';

type Shown = RouteAnswer<(typeof templatesContract)['GET /api/templates/:id']>;

const iso = (time: Date | null) => time?.toISOString() ?? null;

/** A template as the API shows it; how its reading goes is its owner's business. */
export function presentTemplate(template: ShownTemplate, owned: boolean, progress: Progress | null): Shown {
  const { uuid, name, owner, ownerId, visibility, units, behind, createdAt, failure } = template;
  return {
    id: uuid,
    name,
    owner,
    owned,
    visibility,
    source: template.url === null ? (ownerId === null ? 'built-in' : 'files') : 'git',
    git: gitOf(template, owned),
    latest: latestOf(template),
    reading: owned ? progress : null,
    failure: owned ? failure : '',
    units: units ?? 0,
    unitsBehind: behind ?? 0,
    createdAt: createdAt.toISOString(),
  };
}

function gitOf({ url, folder, follow, ref, sealedToken, checkedAt }: ShownTemplate, owned: boolean): Shown['git'] {
  if (url === null || follow === null) return null;
  return {
    url,
    folder,
    follow: followOf(follow, ref),
    hasToken: owned && sealedToken !== null,
    checkedAt: iso(checkedAt),
  };
}

function followOf(mode: 'commit' | 'tag' | 'branch', ref: string) {
  if (mode === 'commit') return { mode, commit: ref };
  return mode === 'branch' ? { mode, branch: ref } : { mode };
}

function latestOf(template: ShownTemplate): Shown['latest'] {
  const { latestUuid: uuid, label, direction, versionAt: createdAt, commit, committedAt } = template;
  if (uuid === null || label === null || direction === null || createdAt === null) return null;
  return { ...presentVersion({ uuid, label, commit, committedAt, createdAt }), direction };
}

export function presentVersion({ uuid, label, commit, committedAt, createdAt }: Omit<VersionSummary, 'id'>) {
  return { id: uuid, label, commit, committedAt: iso(committedAt), createdAt: createdAt.toISOString() };
}

export function presentFile({ path, sha256, content }: TemplateFile) {
  return { path, size: content.length, sha256: sha256.toString('hex') };
}

/** null for what is no text. */
export function textOf({ content }: TemplateFile): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
