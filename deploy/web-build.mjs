import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readText, writeStamp } from './stamp.mjs';
import { nodeBinary, projectEnvironment, root, runQuietly, tell } from './toolchain.mjs';

const stampPath = join(root, 'web', 'build', '.sources');

/** What a build makes in web/; inlang writes its own notes beside its settings. Names with a leading dot are passed over too. */
const made = [
  'build',
  'node_modules',
  'screenshots',
  'src/lib/paraglide',
  'project.inlang/cache',
  'project.inlang/README.md',
];
const madePaths = made.map((path) => join(root, 'web', path));

/** Whether web/build was made from the sources as they are now, by a stamp that is written last. */
export function isWebBuilt() {
  return readText(stampPath) === hashSources();
}

/** Builds the web; throws an Error whose message holds what Vite said. */
export async function buildWeb() {
  const started = Date.now();
  const sources = hashSources();
  tell('Croft is building its web pages, as their sources changed.');
  // Without the stamp a build that is cut short is done again.
  rmSync(stampPath, { force: true });
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const env = projectEnvironment({ NODE_ENV: 'production' });
  const { code, output } = await runQuietly(nodeBinary(), [vite, 'build'], { env });
  if (code !== 0) throw new Error(`${output.trim()}\n\nThe web pages could not be built (Vite ended with ${code}).`);
  writeStamp(stampPath, sources);
  tell(`Web pages built in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function hashSources() {
  const hash = createHash('sha256');
  for (const path of sourceFiles()) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path).split(sep).join('/')} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** What the pages are made of; the contracts are there for their types, which a build of the web checks against. */
function sourceFiles() {
  const pages = filesBelow(join(root, 'web'));
  const contracts = filesBelow(join(root, 'server')).filter((path) => path.endsWith(`${sep}contract.ts`));
  const settings = ['vite.config.ts', 'package-lock.json'].map((name) => join(root, name));
  return [...pages.filter((path) => !path.includes('.test.')), ...contracts, ...settings];
}

/** In a fixed order, whatever order the file system gives. */
function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || madePaths.includes(path)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
