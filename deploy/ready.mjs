// Makes a checkout ready to run: installs the packages of the lock file and, with --web, builds the web pages, each only
// when needed. npm runs it before its other scripts, so it has to work on Node 20 with nothing installed.
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { root, tell } from './toolchain.mjs';
import { buildWeb, isWebBuilt } from './web-build.mjs';

const isWebWanted = process.argv.includes('--web');
const isReady = () => isInstalled() && (!isWebWanted || isWebBuilt());

async function makeReady() {
  if (!isInstalled()) await install();
  if (isWebWanted && !isWebBuilt()) await buildWeb();
}

try {
  if (!isReady()) {
    await withLock(root, makeReady, (pid) =>
      tell(`Another command (process ${pid}) is making this folder ready; waiting.`),
    );
  }
} catch (error) {
  tell(`\n${error.message}`);
  process.exitCode = 1;
}
