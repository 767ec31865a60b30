import { expect, test } from 'vitest';
import { newestTag } from './newest-tag.ts';

test.each([
  [['v1.9.0', 'v1.10.0', 'v1.2.0'], 'v1.10.0'],
  [['1.0', '1', 'v1.0.1'], 'v1.0.1'],
  [['v2', 'v1.9.9'], 'v2'],
  [['v1.0.0', 'v2.0.0-rc.1', 'v2.0.0-beta.11'], 'v1.0.0'],
  [['v2.0.0-rc.1', 'v2.0.0-beta.11', 'latest'], 'v2.0.0-rc.1'],
  [['v2.0.0-beta.2', 'v2.0.0-beta.11'], 'v2.0.0-beta.11'],
  [['nightly', 'v0.0.1', 'release-99'], 'v0.0.1'],
  [['release-9', 'release-10', 'release-1'], 'release-10'],
  [['2024-12-01', '2025-01-15'], '2025-01-15'],
  [['V3.0.0', 'v2.9.9'], 'V3.0.0'],
  [['v1.0.0+build.2', 'v0.9.0'], 'v1.0.0+build.2'],
  [[], undefined],
])('of %j the newest is %s', (tags, newest) => {
  expect(newestTag(tags)).toBe(newest);
  expect(newestTag(tags.toReversed())).toBe(newest);
});
