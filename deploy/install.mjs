import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeStamp } from './stamp.mjs';
import { nodeBinary, projectEnvironment, root, runQuietly, tell, wantedNode } from './toolchain.mjs';

const stampPath = join(root, 'node_modules', '.croft-ready');
/** npm writes it when it has finished, with what it installed. */
const npmRecord = join(root, 'node_modules', '.package-lock.json');
const dependencyParts = ['dependencies', 'optionalDependencies', 'devDependencies', 'overrides', 'allowScripts'];

/** Whether node_modules holds what the lock file says, by a stamp that is written last. */
export function isInstalled() {
  return readText(stampPath) === wantedStamp();
}

/** Installs the packages of the lock file; throws an Error whose message says what happened and how to mend it. */
export async function install() {
  if (!isInstalledByHand()) await installPackages();
  checkNode();
  writeStamp(stampPath, wantedStamp());
}

/**
 * The platform belongs to it, as a folder carried to another machine holds the wrong binaries, and what npm wrote down
 * as installed, as somebody may have given npm another command since.
 */
function wantedStamp() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const parts = dependencyParts.map((part) => manifest[part] ?? {});
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify([parts, process.platform, process.arch, readText(npmRecord)]))
    .digest('hex');
}

/**
 * Whether somebody ran `npm ci` or `npm install` themselves. Packages for other platforms are optional and may be missing.
 */
function isInstalledByHand() {
  const record = readText(npmRecord);
  if (!record) return false;
  const installed = JSON.parse(record).packages;
  const wanted = readLock();
  const isWanted = Object.entries(installed).every(([path, { version }]) => wanted[path]?.version === version);
  return isWanted && Object.entries(wanted).every(([path, { optional }]) => optional || installed[path]);
}

/** Path below the checkout → package, without the checkout's own entry. */
function readLock() {
  const { '': _self, ...packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return packages;
}

async function installPackages() {
  const started = Date.now();
  tell('Croft is installing its packages, Node 24 and Postgres among them: about 300 MB to fetch, once.');
  const progress = showProgress(expectedPackages(), started);
  // Development packages build the web and run the tests, whatever NODE_ENV or the user's npm settings say.
  const [command, ...args] = npmCommand('ci', '--include=dev', '--include=optional', '--loglevel=error');
  const { code, output } = await runQuietly(command, args, { shell: process.platform === 'win32' });
  progress.stop();
  if (code !== 0) throw new Error(installFailure(code, output));
  tell(`Packages installed in ${seconds(started)} s.`);
}

/** The npm that runs us with the Node that runs it: ours lies in node_modules, which `npm ci` is about to empty. */
function npmCommand(...args) {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  return npm?.endsWith('npm-cli.js') && node && process.platform !== 'win32' ? [node, npm, ...args] : ['npm', ...args];
}

/** Folders of the packages that npm will put on this platform. */
function expectedPackages() {
  const fits = (list, own) => !list || list.includes(own);
  return Object.entries(readLock())
    .filter(([, one]) => !one.optional || (one.os && fits(one.os, process.platform) && fits(one.cpu, process.arch)))
    .filter(([, one]) => !one.libc?.includes('musl'))
    .map(([path]) => join(root, path, 'package.json'));
}

/** A line that counts on a terminal; elsewhere (a log) one line each 15 s. */
function showProgress(paths, started) {
  const { isTTY } = process.stderr;
  const line = () =>
    `  ${paths.filter((path) => existsSync(path)).length} of about ${paths.length} packages, ${seconds(started)} s`;
  const timer = setInterval(() => (isTTY ? process.stderr.write(`\r${line()} `) : tell(line())), isTTY ? 500 : 15_000);
  return {
    stop() {
      clearInterval(timer);
      if (isTTY) process.stderr.write('\r\x1b[K');
    },
  };
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}

function installFailure(code, output) {
  return `${output.trim()}

npm could not install the packages (it ended with ${code}; what it said stands above). Most often it is one of these:
- no way to the package registry: "npm ping" shows it; a proxy is set with "npm config set https-proxy …"
- a full disk: node_modules needs about 700 MB
- a program of this folder that still runs and holds its files: stop it
Then give the same command again; it starts this step anew.`;
}

/** npm passes over an optional package that it could not fetch, and Node is one. */
function checkNode() {
  const { stdout } = spawnSync(nodeBinary(), ['--version'], { encoding: 'utf8', env: projectEnvironment() });
  const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]);
  if (major >= wantedNode) return;
  throw new Error(
    `Croft needs Node ${wantedNode}, and npm brought none that runs on ${process.platform}-${process.arch} ` +
      `(found ${stdout?.trim() || 'nothing that starts'}).\nRemove node_modules and try again; if it stays so, install ` +
      `Node ${wantedNode} yourself: https://nodejs.org`,
  );
}
