import { setImmediate } from 'node:timers/promises';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { loadMicroPython, type MicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { createBridge } from './bridge.ts';
import { type Flash, type Order, place, type Report, type Start } from './protocol.ts';

// One start of the board, from reset to reset: boot.py, the beginning of main.py, then step after step, as its loop has it.
// The steps are called from here because this MicroPython collects garbage only when no Python is running.

const { start, answers } = workerData as { start: Start; answers: MessagePort };
const orders: Order[] = [];
parentPort?.on('message', (order: Order) => orders.push(order));
const report = (message: Report) => parentPort?.postMessage(message);
const shared = new Int32Array(start.shared);

/** Asks the test and blocks until it answered, as a blocking call on a chip does. */
function call(...words: (string | number)[]): string {
  report({ kind: 'call', words });
  // The notification of the answer before may come late and wake this wait: the value counts.
  while (Atomics.exchange(shared, place.signal, 0) === 0) Atomics.wait(shared, place.signal, 0);
  return receiveMessageOnPort(answers)?.message as string;
}

const mp = await loadMicroPython({ heapsize: 256 * 1024, stdout: (line) => report({ kind: 'printed', line }) });

const textOf = (path: string) => Buffer.from(start.flash.get(path) ?? []).toString();

function writeFiles(folder: string, files: Flash): void {
  mp.FS.mkdirTree(folder);
  for (const [path, bytes] of files) {
    mp.FS.mkdirTree(`${folder}/${path}`.replace(/\/[^/]+$/, ''));
    mp.FS.writeFile(`${folder}/${path}`, bytes);
  }
}

function readFiles({ FS }: MicroPython, folder: string, below = ''): Flash {
  const names = FS.readdir(folder + below).filter((name) => name !== '.' && name !== '..');
  const files = names.map((name): [string, Uint8Array][] => {
    const path = `${below}/${name}`;
    if (FS.isDir(FS.stat(folder + path).mode)) return [...readFiles({ FS } as MicroPython, folder, path)];
    return [[path.slice(1), FS.readFile(folder + path)]];
  });
  return new Map(files.flat());
}

/** Runs until the chip is reset or told to stop; what ended it. */
async function live(): Promise<{ how: 'reset' | 'stopped' | 'crashed'; detail: string }> {
  let isPaused = false;
  try {
    const prelude = Buffer.from(start.shims.get('prelude.py') ?? []).toString();
    for (const code of [prelude, start.before, textOf('boot.py'), mainInSteps()]) mp.runPython(code);
    report({ kind: 'started' });
    for (;;) {
      for (const order of orders.splice(0)) {
        if (order.kind === 'stop') return { how: 'stopped', detail: '' };
        if (order.kind === 'evaluate') evaluate(order.code);
        else isPaused = order.kind === 'pause';
      }
      if (!isPaused) mp.runPython('_step()');
      await setImmediate();
    }
  } catch (error) {
    const { type, message } = error as { type?: string; message: string };
    return { how: type === 'SystemExit' ? 'reset' : 'crashed', detail: message };
  }
}

/** main.py as it is, its endless loop cut out: that is done by calls of `_step`, under the same `except`. */
function mainInSteps(): string {
  const source = textOf('main.py');
  const rescue = source.slice(source.indexOf('except Exception'));
  const step = ['try:', '    mode.step()', ...rescue.split('\n')].map((line) => `    ${line}`);
  const beginning = source.replace(/ {4}while True:\n {8}mode\.step\(\)\n/, '');
  if (beginning === source) throw new Error('main.py has no loop of steps');
  return [beginning, 'def _step():', ...step].join('\n');
}

function evaluate(code: string): void {
  try {
    mp.runPython(`import json as _json\n_value = _json.dumps(${code})`);
    report({ kind: 'evaluated', value: JSON.parse(String(mp.globals.get('_value'))) });
  } catch (error) {
    report({ kind: 'evaluated', error: (error as Error).message });
  }
}

mp.registerJsModule('bridge', createBridge(shared, start.chip, call));
writeFiles('/flash', start.flash);
writeFiles('/shims', start.shims);
const end = await live();
report({ kind: 'ended', ...end, flash: readFiles(mp, '/flash') });
parentPort?.close();
answers.close();
