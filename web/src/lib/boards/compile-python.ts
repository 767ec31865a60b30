import { compile } from '@pybricks/mpy-cross-v6';
import type { BoardFile } from './board-files.ts';

/** Milliseconds for one file, of 4 KB mostly; a failure within the compiler ends in silence. */
const patience = 10_000;

/**
 * Compiles `.py` to `.mpy` version 6 (MicroPython 1.19 and later), with the optimisation that main.py sets on the board:
 * without line numbers, which would cost a tenth of its heap.
 * @param compilerAddress of mpy-cross-v6.wasm
 */
export function createCompiler(compilerAddress: string) {
  /** @returns undefined for what this compiler does not take; the board may still (native code is for its chip alone) */
  return async function compileFile({ path, bytes }: BoardFile): Promise<BoardFile | undefined> {
    // Its file system has no folders; the name that stands in errors is given apart.
    const flat = path.split('/').at(-1) ?? path;
    const options = ['-O3', '-s', path];
    const source = new TextDecoder().decode(bytes);
    const made = await Promise.race([compile(flat, source, options, compilerAddress), timeout()]).catch(
      () => undefined,
    );
    if (!made?.mpy || made.status !== 0) return undefined;
    return { path: path.replace(/\.py$/, '.mpy'), bytes: made.mpy };
  };
}

const timeout = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience));
