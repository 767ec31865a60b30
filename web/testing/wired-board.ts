/// <reference path="../../firmware/tests/board/micropython.d.ts" />
import { loadMicroPython, type MicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import type { Flash } from '../../firmware/tests/board/protocol.ts';

/** The firmware that runs after a reset. */
export type Program = { printed: readonly string[]; stop(): Promise<void> };

type Options = {
  flash?: Flash;
  /** Whether it has the raw-paste mode, as boards do since MicroPython 1.14 */
  pastes?: boolean;
  /** What a reset starts; without it the chip prints nothing after one */
  start?: (flash: Flash) => Promise<Program>;
};

/** What an ESP8266 has and this MicroPython lacks, as far as boot.py and an upload ask for it. */
const chipModules = {
  'machine.py': 'import chip\ndef reset():\n    chip.reset()\n    raise SystemExit\n',
  'network.py': 'AP_IF = 1\nclass WLAN:\n    def __init__(self, side): pass\n    def active(self, on): pass\n',
};
const code = (text: string) => text.charCodeAt(0);
const [ctrlA, ctrlB, ctrlC, ctrlD, ctrlE] = [1, 2, 3, 4, 5];

/** Bytes that a board takes in raw-paste mode before it says that there is room again; 128 on an ESP8266. */
const pasteWindow = 128;

/**
 * MicroPython itself at the end of a serial line: its own REPL and file system. The raw-paste mode is answered here, as
 * the REPL of this build takes a character at a time and has none.
 */
export async function wiredBoard({ flash = new Map(), pastes = true, start }: Options = {}) {
  let outbox: number[] = [];
  let changed = Promise.withResolvers<void>();
  let isRaw = false;
  let pasted: number[] | undefined;
  let wasReset = false;
  let program: Program | undefined;
  let told = 0;
  let python = await interpreter();
  /** The longest block of code so far, in bytes. */
  let longestCode = 0;
  let codeLength = 0;

  function print(bytes: Iterable<number>): void {
    for (const byte of bytes) {
      if (byte === code('\n') && outbox.at(-1) !== code('\r')) outbox.push(code('\r'));
      outbox.push(byte);
    }
    changed.resolve();
    changed = Promise.withResolvers();
  }
  const say = (text: string) => print(new TextEncoder().encode(text));

  async function interpreter(): Promise<MicroPython> {
    const made = await loadMicroPython({ heapsize: 256 * 1024, stdout: (bytes) => print(bytes), linebuffer: false });
    const reset = () => {
      wasReset = true;
    };
    made.registerJsModule('chip', { reset });
    writeFiles(made, '/chip', new Map(Object.entries(chipModules).map(([path, text]) => [path, Buffer.from(text)])));
    writeFiles(made, '/flash', flash);
    made.runPython('import sys,os\nsys.path[:] = ["", ".frozen", "/chip"]\nos.chdir("/flash")\ndel sys,os');
    made.replInit();
    return made;
  }

  /** A soft reset in the raw REPL: a new heap, boot.py, no main.py. */
  async function restartInterpreter(): Promise<void> {
    say('MPY: soft reboot\r\n');
    flash = readFiles(python, '/flash');
    python = await interpreter();
    const boot = flash.get('boot.py');
    if (boot) python.runPython(Buffer.from(boot).toString());
    python.replProcessChar(ctrlA);
    isRaw = true;
  }

  async function resetChip(): Promise<void> {
    wasReset = false;
    isRaw = false;
    flash = readFiles(python, '/flash');
    told = 0;
    // The chip's own words at another speed.
    print([0x72, 0x6c, 0x00, 0x82, 0xf4, 0x0a]);
    program = (await start?.(flash)) ?? { printed: [], stop: async () => undefined };
  }

  async function interrupt(): Promise<void> {
    await program?.stop();
    program = undefined;
    python = await interpreter();
  }

  async function takeByte(byte: number): Promise<void> {
    if (program) return byte === ctrlC ? interrupt() : undefined;
    if (pasted) return takePasted(pasted, byte);
    if (byte === ctrlE) {
      if (isRaw && pastes) pasted = [];
      return;
    }
    codeLength = byte < 0x09 ? 0 : codeLength + 1;
    longestCode = Math.max(longestCode, codeLength);
    if (byte === ctrlA) isRaw = true;
    if (byte === ctrlB) isRaw = false;
    if (python.replProcessChar(byte) !== 0) await (wasReset ? resetChip() : restartInterpreter());
  }

  async function takePasted(bytes: number[], byte: number): Promise<void> {
    // "A", Ctrl-A: what the mode begins with.
    if (bytes.length < 2) {
      bytes.push(byte);
      if (bytes.length === 2) outbox.push(code('R'), 1, pasteWindow, 0);
    } else if (byte === ctrlC) {
      pasted = undefined;
      say('\x04\x04KeyboardInterrupt: \r\n\x04>');
    } else if (byte !== ctrlD) {
      bytes.push(byte);
      if ((bytes.length - 2) % pasteWindow === 0) outbox.push(1);
    } else {
      pasted = undefined;
      outbox.push(ctrlD);
      await runRaw(bytes.slice(2));
    }
  }

  /** As the raw REPL runs it, which says OK first. */
  async function runRaw(bytes: number[]): Promise<void> {
    const before = outbox;
    outbox = [];
    for (const byte of bytes) await takeByte(byte);
    await takeByte(ctrlD);
    outbox = [...before, ...outbox.slice(outbox.indexOf(code('K')) + 1)];
  }

  function hearProgram(): void {
    for (const line of program?.printed.slice(told) ?? []) say(`${line}\n`);
    told = program?.printed.length ?? 0;
  }

  return {
    flash: () => flash,
    longestCode: () => longestCode,

    async read(ms: number): Promise<Uint8Array> {
      const end = Date.now() + ms;
      for (;;) {
        hearProgram();
        const left = end - Date.now();
        if (outbox.length > 0 || left <= 0) return Uint8Array.from(outbox.splice(0));
        // What the firmware prints comes without a sign.
        await Promise.race([changed.promise, new Promise((resolve) => setTimeout(resolve, Math.min(left, 20)))]);
      }
    },
    async write(bytes: Uint8Array): Promise<void> {
      for (const byte of bytes) await takeByte(byte);
    },
    stop: async () => program?.stop(),
  };
}

export type WiredBoard = Awaited<ReturnType<typeof wiredBoard>>;

function writeFiles({ FS }: MicroPython, folder: string, files: Flash): void {
  FS.mkdirTree(folder);
  for (const [path, bytes] of files) {
    FS.mkdirTree(`${folder}/${path}`.replace(/\/[^/]+$/, ''));
    FS.writeFile(`${folder}/${path}`, bytes);
  }
}

function readFiles({ FS }: MicroPython, folder: string, below = ''): Flash {
  const names = FS.readdir(folder + below).filter((name) => name !== '.' && name !== '..');
  const files = names.flatMap((name): [string, Uint8Array][] => {
    const path = `${below}/${name}`;
    if (FS.isDir(FS.stat(folder + path).mode)) return [...readFiles({ FS } as MicroPython, folder, path)];
    return [[path.slice(1), FS.readFile(folder + path)]];
  });
  return new Map(files);
}
