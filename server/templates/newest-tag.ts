import semver from 'semver';

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The newest of tags: by semantic version (`v1.2.3`, also `1.2`, `v3`), pre-releases only where there is no release; then those
 * that are no version, by natural order. A version with build metadata counts like one without (semver.org, 10).
 */
export function newestTag(tags: readonly string[]): string | undefined {
  const versions = tags.flatMap((tag) => {
    const version = versionOf(tag);
    return version ? [{ tag, version }] : [];
  });
  const releases = versions.filter(({ version }) => version.prerelease.length === 0);
  const ranked = (releases.length > 0 ? releases : versions).toSorted(
    (one, other) => semver.rcompare(one.version, other.version) || natural.compare(other.tag, one.tag),
  );
  return ranked[0]?.tag ?? tags.toSorted((one, other) => natural.compare(other, one))[0];
}

/** What is left out of a version is 0. */
function versionOf(tag: string): semver.SemVer | null {
  const [, major, minor = '0', patch = '0', rest = ''] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/i.exec(tag) ?? [];
  return major === undefined ? null : semver.parse(`${major}.${minor}.${patch}${rest}`);
}
