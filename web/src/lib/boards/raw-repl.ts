import { BoardError } from './board-error.ts';
import { type ByteStream, createByteReader } from './byte-reader.ts';

const [ctrlA, ctrlC, ctrlD] = ['\x01', '\x03', '\x04'];
const prompt = 'raw REPL; CTRL-B to exit\r\n>';

/** Milliseconds that a board may take for one block of code; littlefs collects for a second or two now and then. */
const patience = 15_000;
/** An ESP8266 takes in 256 bytes at a time; the pause is mpremote's. */
const chunk = { bytes: 256, pause: 10 };

/**
 * MicroPython's raw REPL over a serial line: code goes in, what it prints comes out. The protocol:
 * https://docs.micropython.org/en/latest/reference/repl.html#raw-mode-and-raw-paste-mode
 */
export function createRawRepl(stream: ByteStream) {
  const reader = createByteReader(stream);
  /** Whether the board takes code with flow control; unknown until it was asked. */
  let pastes: boolean | undefined;

  const send = (text: string) => stream.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));

  /**
   * Ends the program that runs there and begins anew with an empty heap, without main.py.
   * @throws BoardError 'no-answer' when nothing there talks like MicroPython
   */
  async function enter(attempts = 3): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      await send(`\r${ctrlC}${ctrlC}`);
      await reader.drain(100);
      await send(`\r${ctrlA}`);
      if ((await reader.find(prompt, 1_000)) !== undefined) return restartInterpreter();
    }
    throw new BoardError('no-answer');
  }

  /** boot.py runs; should it never end, it is interrupted. */
  async function restartInterpreter(): Promise<void> {
    await send(ctrlD);
    await reader.until('soft reboot\r\n', 5_000);
    if ((await reader.find(prompt, 5_000)) !== undefined) return;
    await send(ctrlC);
    await reader.until(prompt, 5_000);
  }

  async function giveCode(code: string): Promise<void> {
    if (pastes !== false) {
      await send(`\x05A${ctrlA}`);
      const answer = await reader.exactly(2, 2_000);
      pastes = answer === 'R\x01';
      if (pastes) return paste(code);
      // Boards before MicroPython 1.14 begin their raw REPL anew instead.
      if (answer === 'ra') await reader.until(prompt.slice(2), 2_000);
    }
    for (let at = 0; at < code.length; at += chunk.bytes) {
      await send(code.slice(at, at + chunk.bytes));
      await pause(chunk.pause);
    }
    await send(ctrlD);
    await reader.until('OK', 2_000);
  }

  /** Raw-paste mode: never more under way than the board said it takes. */
  async function paste(code: string): Promise<void> {
    const sizes = await reader.exactly(2, 2_000);
    const window = sizes.charCodeAt(0) + 256 * sizes.charCodeAt(1);
    let room = window;
    let at = 0;
    while (at < code.length) {
      const word = room > 0 ? await reader.next() : await reader.exactly(1, 2_000);
      if (word === ctrlA) room += window;
      // The board wants no more: it then says why, as an error of Python.
      else if (word === ctrlD) break;
      else if (word !== '') throw new BoardError('stopped-answering', word);
      else {
        const part = code.slice(at, at + room);
        await send(part);
        at += part.length;
        room -= part.length;
      }
    }
    await send(ctrlD);
    if (at >= code.length) await reader.until(ctrlD, 2_000);
  }

  return {
    enter,

    /**
     * Runs a block of code (ASCII) and gives what it printed.
     * @throws BoardError 'python' with the last line of the traceback, or 'stopped-answering'
     */
    async run(code: string): Promise<string> {
      await giveCode(code);
      const printed = await reader.until(ctrlD, patience);
      const failure = await reader.until(ctrlD, patience);
      await reader.until('>', 2_000);
      if (failure !== '') throw pythonError(utf8(failure));
      return utf8(printed).replaceAll('\r\n', '\n');
    },

    /** Resets the chip, which then runs boot.py and main.py; what it prints is the stream's again. */
    async restart(): Promise<void> {
      await giveCode('import machine\nmachine.reset()');
    },
  };
}

export type RawRepl = ReturnType<typeof createRawRepl>;

function pythonError(traceback: string): BoardError {
  const line = traceback.trim().split('\n').at(-1)?.trim() ?? '';
  if (/^OSError: (\[Errno 28\]|28\b)/.test(line)) return new BoardError('no-space');
  return new BoardError(line.startsWith('MemoryError') ? 'no-memory' : 'python', line);
}

const utf8 = (text: string) => new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
