import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { firmwareFolder } from '../board/files.ts';
import type { Flash } from '../board/protocol.ts';

/** Exit code of a reset, see shims/machine.py. */
export const resetCode = 3;

/**
 * A board as a process: MicroPython of 32 bits with a heap of this size, real sockets, and a folder as its flash. As the chip
 * does, it runs boot.py, then main.py.
 */
export function createProcess(micropython: string, flash: Flash) {
  const folder = mkdtempSync(join(tmpdir(), 'croft-board-'));
  for (const [path, bytes] of flash) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const printed: string[] = [];
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);

  return {
    printed,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    start(heap: string): void {
      const env = { MICROPYPATH: `:.frozen:${join(firmwareFolder, 'tests/native/shims')}` };
      const program = 'exec(open("boot.py").read());exec(open("main.py").read())';
      const one = spawn(micropython, ['-X', `heapsize=${heap}`, '-c', program], { cwd: folder, env });
      const take = (bytes: Buffer) => printed.push(...bytes.toString().split('\n').filter(Boolean));
      one.stdout.on('data', take);
      one.stderr.on('data', take);
      ended = new Promise((resolve, reject) => one.once('error', reject).once('exit', resolve));
      child = one;
    },
    /** Its exit code. */
    ended: () => ended,
    async stop(): Promise<void> {
      child?.kill('SIGKILL');
      await ended;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
