import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresPort } from './embedded-socket.ts';

// Backend type and process id, as readLogLine (embedded-log.ts) takes them apart.
const logLinePrefix = '%b|%p|';

// Defaults for a small machine; an operator's `ALTER SYSTEM SET …` wins over this file.
const settings = `# Written by Croft at every start. Your own settings: ALTER SYSTEM SET …

# Memory: an idle server stays near 30 MB, shared pages count only once they are used.
max_connections = 60
shared_buffers = 64MB
work_mem = 8MB
maintenance_work_mem = 32MB
effective_cache_size = 512MB
max_locks_per_transaction = 256    # a query over all partitions of the event table locks each

# Processes: none that one small server does not need (replication, parallel query, I/O workers).
io_method = sync
max_worker_processes = 2
max_parallel_workers_per_gather = 0
max_logical_replication_workers = 0
autovacuum_max_workers = 2
jit = off

# Write-ahead log: nobody replicates from it; big enough that group commits rarely meet a checkpoint.
wal_level = minimal
max_wal_senders = 0
wal_buffers = 8MB
min_wal_size = 64MB
max_wal_size = 1GB
checkpoint_timeout = 15min

random_page_cost = 1.1             # flash
timezone = 'UTC'
client_connection_check_interval = 10s
`;

/** Writes postgresql.conf anew, so that a newer Croft's settings reach an older data folder. */
export async function writeSettings(cluster: string): Promise<void> {
  const file = join(cluster, 'postgresql.conf');
  await writeFile(`${file}.new`, settings, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** What no `ALTER SYSTEM` may change: durability, no TCP port, and a log that we can read. The command line wins. */
export function serverArguments(cluster: string, socketFolder: string): string[] {
  const fixed = {
    listen_addresses: '',
    port: postgresPort,
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: logLinePrefix,
    log_min_messages: 'warning',
    // Statements hold people's values: never in the log.
    log_min_error_statement: 'panic',
    log_timezone: 'UTC',
    lc_messages: 'C',
  };
  return ['-D', cluster, ...Object.entries(fixed).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
