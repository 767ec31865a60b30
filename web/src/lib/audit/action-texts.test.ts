import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { api } from '../../../../server/contract.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
/** The keys of the only catalogue of a file that says its type. */
function keysOf(text: string): string[] {
  const [, catalogue = ''] = /: Record<.*?> = \{\n(.*?)\n\};/s.exec(text) ?? [];
  return [...catalogue.matchAll(/^ {2}'?([a-z][\w.-]*)'?: /gim)].map(([, key]) => key ?? '');
}

const audited = Object.values(api).flatMap((route) => ('audit' in route ? [route.audit] : []));
/** What the instance does by itself; it has no route. */
const itsOwn = [...read('../../../../server/features.ts').matchAll(/action: '([a-z.-]+)'/g)].map(
  ([, action]) => action,
);

test('every action that is audited has its words', () => {
  expect(itsOwn).toContain('link.cut');
  const actions = new Set([...audited.map(({ action }) => action), ...itsOwn]);
  expect(keysOf(read('action-texts.ts')).toSorted()).toEqual([...actions].sort());
});

test('every part of a body that is kept has its words, or is an id that says nothing to people', () => {
  const ids = ['variable', 'version', 'sector', 'output', 'input'];
  const kept = audited.flatMap((one): readonly string[] => ('detail' in one ? one.detail : []));
  const added = ['status', 'code', 'why'];
  const shown = new Set([...kept, ...added].filter((name) => !ids.includes(name)));
  expect(keysOf(read('detail-texts.ts')).toSorted()).toEqual([...shown].sort());
});
