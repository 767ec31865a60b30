import { call } from '#lib/api/call.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Env, Wifi } from './board-content.ts';
import { BoardError } from './board-error.ts';
import type { Loaded } from './load-board.ts';
import { createRawRepl, type RawRepl } from './raw-repl.ts';
import { createSerialLines, type Trouble, troubleIn } from './serial-lines.ts';
import { choosePort, openSerial, type SerialStream } from './serial-port.ts';
import { type StepName, usualSteps, waiting } from './steps.ts';

/** Lines of the serial log that are kept. */
const mostLines = 500;
const secretNames = ['PEPEUNIT_TOKEN', 'SYNC_ENCRYPT_KEY', 'SECRET_KEY', 'WIFI_PASS'];

/** One board on a cable, from the choice of its port to the first message of its unit. */
export function createBoardConnection(unitId: () => string) {
  let steps = $state(usualSteps.map(waiting));
  let phase = $state<'ready' | 'working' | 'failed'>('ready');
  let failure = $state.raw<unknown>();
  let lines = $state.raw<string[]>([]);
  let trouble = $state.raw<Trouble>();
  let wantsMicroPython = $state(false);
  let port: SerialPort | undefined;
  let serial: SerialStream | undefined;
  let wifi: Wifi = { name: '', password: '' };
  let isClosed = false;

  const step = (name: StepName) => steps.find((one) => one.name === name);

  function advance(name: StepName, done = 1, total = 1): void {
    const index = steps.findIndex((one) => one.name === name);
    for (const [at, one] of steps.entries()) if (at < index) one.state = 'done';
    const one = steps[index];
    if (!one) return;
    one.progress = total > 0 ? done / total : 1;
    one.state = done >= total ? 'done' : 'running';
  }
  const begin = (name: StepName) => advance(name, 0, 1);

  function note(name: StepName, detail: string): void {
    const one = step(name);
    if (one) one.detail = detail;
  }

  /** Runs a part of the way; what goes wrong is shown at the step that was under way. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    phase = 'working';
    failure = undefined;
    try {
      await work();
    } catch (error) {
      if (isClosed) return;
      failure = error;
      phase = 'failed';
      wantsMicroPython ||= error instanceof BoardError && flashMayHelp.has(error.fault);
      for (const one of steps) if (one.state === 'running') one.state = 'failed';
      await closeSerial();
    }
  }

  async function closeSerial(): Promise<void> {
    const open = serial;
    serial = undefined;
    await open?.close();
  }

  async function opened(chosen: SerialPort): Promise<RawRepl> {
    serial = await openSerial(chosen);
    return createRawRepl(serial);
  }

  /** A program that does not listen is stopped by a reset. */
  async function findMicroPython(repl: RawRepl): Promise<void> {
    try {
      await repl.enter(2);
    } catch (error) {
      if (!(error instanceof BoardError) || error.fault === 'unplugged') throw error;
      await serial?.pressReset();
      await repl.enter(4);
    }
  }

  async function load(repl: RawRepl): Promise<void> {
    advance('micropython');
    begin('program');
    const id = { params: { id: unitId() } };
    const [program, env, { loadBoard }, compile] = await Promise.all([
      call('GET /api/units/:id/program', id),
      call('GET /api/units/:id/env', id),
      import('./load-board.ts'),
      compiler(),
    ]);
    const loaded = await loadBoard(repl, { program, env, wifi, compile, now: Date.now(), onProgress: advance });
    tell(loaded);
    wantsMicroPython = false;
    begin('message');
    void attempt(() => listen(env));
  }

  function tell({ version, platform, written, unchanged, asSource }: Loaded): void {
    note('micropython', `${version}, ${platform}`);
    const files = m.board_files({ written, unchanged });
    note('program', asSource.length > 0 ? `${files}. ${m.board_as_source({ files: asSource.join(', ') })}` : files);
  }

  async function listen(env: Env): Promise<void> {
    const secrets = secretNames.map((name) => String({ ...env, WIFI_PASS: wifi.password }[name] ?? ''));
    const log = createSerialLines(secrets);
    while (serial) {
      const fresh = log.take(await serial.read(1_000));
      if (fresh.length > 0) lines = [...lines, ...fresh].slice(-mostLines);
      trouble = fresh.map(troubleIn).findLast((one) => one !== undefined) ?? trouble;
    }
  }

  return {
    get steps() {
      return steps;
    },
    get phase() {
      return phase;
    },
    get failure() {
      return failure;
    },
    /** Whether writing MicroPython may help; until the board has its program. */
    get wantsMicroPython() {
      return wantsMicroPython;
    },
    get lines() {
      return lines;
    },
    get trouble() {
      return trouble;
    },

    /** Asks for the port, in a click, then does all the rest by itself. */
    async start(typed: Wifi): Promise<void> {
      wifi = typed;
      wantsMicroPython = false;
      await closeSerial();
      await attempt(async () => {
        port = await choosePort();
        if (!port) {
          phase = 'ready';
          return;
        }
        steps = usualSteps.map(waiting);
        lines = [];
        trouble = undefined;
        begin('port');
        const repl = await opened(port);
        begin('micropython');
        await findMicroPython(repl);
        await load(repl);
      });
    },

    /** Writes MicroPython to the board of the chosen port, then goes on. */
    async flash(bytes: Uint8Array, erase: boolean): Promise<void> {
      const chosen = port;
      if (!chosen) return;
      steps = [...usualSteps.slice(0, 1), 'flash' as const, ...usualSteps.slice(1)].map(waiting);
      await attempt(async () => {
        begin('flash');
        const { flashChip } = await import('./flash-chip.ts');
        const onProgress = (part: number) => advance('flash', part * 0.999, 1);
        await flashChip(chosen, { bytes, erase, onChip: (name) => note('flash', name), onProgress });
        const repl = await opened(chosen);
        await serial?.pressReset();
        begin('micropython');
        // The first start of a new MicroPython makes its file system, which takes a few seconds.
        await repl.enter(15);
        await load(repl);
      });
    },

    /** The unit was heard. */
    heard(): void {
      if (step('message')?.state === 'running') advance('message');
    },

    close(): void {
      isClosed = true;
      void closeSerial();
    },
  };
}

const flashMayHelp = new Set([
  'no-answer',
  'too-old',
  'no-chip',
  'other-chip',
  'bad-image',
  'flash-failed',
  'no-space',
]);

/** The compiler is 340 KB, and the board does without: what cannot be loaded is left out. */
async function compiler() {
  const parts = Promise.all([
    import('./compile-python.ts'),
    import('@pybricks/mpy-cross-v6/build/mpy-cross-v6.wasm?url'),
  ]);
  const found = await parts.catch(() => undefined);
  return found ? found[0].createCompiler(found[1].default) : async () => undefined;
}
