import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { throwAwayRoot } from '../../deploy/throw-away.mjs';

/** Temporary folders of the run, its databases above all, lie together where files are cheap, and none stays behind. */
export function setup(): () => void {
  const folder = mkdtempSync(join(throwAwayRoot(), 'croft-test-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
