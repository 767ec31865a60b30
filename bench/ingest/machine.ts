import { open, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';

const blockBytes = 8192;
const syncs = 50;

/** What the figures depend on, a line each. */
export async function describeMachine(): Promise<string[]> {
  const sync = await syncMilliseconds();
  return [
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Node ${process.version}, ${process.platform} ${process.arch}`,
    `writing 8 KB durably takes ${sync.toFixed(2)} ms where the data folder is (median of ${syncs})`,
    `load average before: ${(loadavg()[0] ?? 0).toFixed(1)}`,
  ];
}

/** Milliseconds of write and fdatasync(2), which is what a commit waits for. Near 0: the disk, or the kernel, keeps it in memory. */
async function syncMilliseconds(): Promise<number> {
  const path = join(tmpdir(), `croft-bench-sync-${process.pid}`);
  const file = await open(path, 'w');
  const times: number[] = [];
  try {
    for (let i = 0; i < syncs; i++) {
      const began = performance.now();
      await file.write(Buffer.alloc(blockBytes, i), 0, blockBytes, i * blockBytes);
      await file.datasync();
      times.push(performance.now() - began);
    }
  } finally {
    await file.close();
    await rm(path);
  }
  return times.sort((a, b) => a - b)[syncs >> 1] ?? Number.NaN;
}
