import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const found = (text: string, ...patterns: RegExp[]) =>
  patterns.flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, reason]) => reason ?? []));

/** Every reason that the doors for devices and submissions and the links write down, out of their sources. */
function reasonsOfTheServer(): string[] {
  const sources = ['mqtt/refusal-reasons', 'mqtt/ingest', 'mqtt/door', 'mqtt/message', 'links/flow', 'links/cutting'];
  const door = sources.map((name) => read(`../../../../server/${name}.ts`)).join();
  const named = found(
    door,
    /reason: '([a-z0-9-]+)'/g,
    /\brefuse\('([a-z0-9-]+)'/g,
    /\brefused\(message, '([a-z0-9-]+)'/g,
    /\bnote\(connection, '([a-z0-9-]+)'/g,
    /\? '(bad-value)' : '/g,
    /: '(bad-values-in-pack)'/g,
  );
  const [, envelopes = ''] = /reason: ((?:'\w+' \| )+'\w+')/.exec(read('../../../../server/mqtt/envelope.ts')) ?? [];
  const submissions = found(read('../../../../server/submissions/submitting.ts'), /'(submission-[a-z-]+)'/g);
  return [...named, ...submissions, ...found(envelopes, /'(\w+)'/g).map((reason) => `bad-envelope-${reason}`)];
}

test('every reason has its words', () => {
  const known = found(read('refusal-texts.ts'), /^ {2}'?([a-z0-9-]+)'?: \{\s+title/gm);
  // Nobody is told of credentials that belong to no unit.
  const told = [...new Set(reasonsOfTheServer())].filter((reason) => reason !== 'unknown').sort();
  expect(told.length).toBeGreaterThan(20);
  expect(known.toSorted()).toEqual(told);
});
