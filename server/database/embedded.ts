import { mkdir, realpath, rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import { findBinaries } from './embedded-binaries.ts';
import { prepareCluster } from './embedded-cluster.ts';
import { DataFolderError, messageOf } from './embedded-errors.ts';
import { lockDataFolder } from './embedded-lock.ts';
import { connectionTo, ensureDatabase } from './embedded-server.ts';
import { writeSettings } from './embedded-settings.ts';
import { makeSocketFolder } from './embedded-socket.ts';
import { createSupervisor } from './embedded-supervisor.ts';

export type EmbeddedPostgres = {
  /** For `new pg.Pool(…)`; `host` is the folder of the unix socket. The same after every restart. */
  connection: { host: string; port: number; user: 'croft'; database: 'croft' };
  /** The postmaster's process id, the last one's while it is being restarted. */
  pid(): number;
  /** Fast shutdown, then immediate after 10 s; gives the data folder back. */
  stop(): Promise<void>;
};

/**
 * Starts the Postgres that npm brought on `<dataDir>/postgres-18` (made at the first start), reached only through a
 * private unix socket, and keeps it running until `stop`: one that dies is started again.
 * Throws DataFolderError when the folder is in use, damaged or not ours (nothing in it is changed then), and
 * EmbeddedPostgresError when Postgres cannot run here.
 */
export async function startEmbeddedPostgres(options: { dataDir: string; log: Logger }): Promise<EmbeddedPostgres> {
  const { log } = options;
  const dataDir = await openDataDir(options.dataDir);
  await using undo = new AsyncDisposableStack();
  const lock = lockDataFolder(dataDir);
  undo.defer(() => lock.release());

  const { initdb, postgres } = await findBinaries();
  const cluster = await prepareCluster({ dataDir, initdb });
  await writeSettings(cluster);
  const socketFolder = await makeSocketFolder(dataDir);
  undo.defer(() => rm(socketFolder, { recursive: true, force: true }));

  const supervisor = createSupervisor({ postgres, cluster, socketFolder, log });
  undo.defer(() => supervisor.stop());
  await supervisor.start();
  await ensureDatabase(socketFolder, log);

  const parts = undo.move();
  let stopped: Promise<void> | undefined;
  return {
    connection: connectionTo(socketFolder, 'croft'),
    pid: supervisor.pid,
    stop: () => {
      stopped ??= parts.disposeAsync();
      return stopped;
    },
  };
}

// Its real path: the same folder by two names is one folder, with one lock and one socket.
async function openDataDir(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await realpath(dataDir);
  } catch (error) {
    throw new DataFolderError(
      `The data folder ${dataDir} cannot be opened: ${messageOf(error)}.`,
      'Give it to the user Croft runs as, or choose another one with CROFT_DATA_DIR.',
      { cause: error },
    );
  }
}
