/// <reference types="w3c-web-serial" />
import { BoardError } from './board-error.ts';
import type { ByteStream } from './byte-reader.ts';

/** Bits per second: what MicroPython's REPL speaks on an ESP8266. */
const baudRate = 115_200;
/** Bytes the browser keeps for us; its 255 would overflow while a busy page draws. */
const bufferSize = 16_384;

/** Why this page cannot use a serial port, as far as the browser tells; undefined when it can. */
export function whyNoSerial(): 'insecure' | 'unsupported' | undefined {
  if ('serial' in navigator) return undefined;
  return isSecureContext ? 'unsupported' : 'insecure';
}

/** Asks the person for a port, in a click. @returns undefined when none was chosen. @throws BoardError */
export async function choosePort(): Promise<SerialPort | undefined> {
  try {
    return await navigator.serial.requestPort();
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return undefined;
    throw new BoardError('no-permission', String(error));
  }
}

/** Opens a port for MicroPython. @throws BoardError 'port-busy', 'no-permission' */
export async function openSerial(port: SerialPort) {
  await port.open({ baudRate, bufferSize }).catch((error) => {
    throw new BoardError(nameOf(error) === 'SecurityError' ? 'no-permission' : 'port-busy', String(error));
  });
  let heard: Uint8Array[] = [];
  let changed = Promise.withResolvers<void>();
  let isOver = false;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  /** A broken byte (a chip starts at another speed) ends one stream of the port, and a next one is there at once. */
  async function listen(): Promise<void> {
    while (port.readable && !isOver) {
      reader = port.readable.getReader();
      try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          heard.push(part.value);
          tell();
        }
      } catch {
        // Unplugged: then there is no next stream.
      } finally {
        reader.releaseLock();
      }
    }
    isOver = true;
    tell();
  }
  const listening = listen();

  const stream: ByteStream = {
    async read(ms) {
      if (heard.length === 0 && !isOver && ms > 0) await within(ms, changed.promise);
      if (heard.length === 0 && isOver) throw new BoardError('unplugged');
      const parts = heard;
      heard = [];
      return Uint8Array.from(parts.flatMap((part) => [...part]));
    },
    async write(bytes) {
      const writer = port.writable?.getWriter();
      if (!writer) throw new BoardError('unplugged');
      try {
        await writer.write(new Uint8Array(bytes));
      } catch (error) {
        throw new BoardError('unplugged', String(error));
      } finally {
        writer.releaseLock();
      }
    },
  };

  return {
    ...stream,

    /** Presses the reset button, as far as the adapter is wired to it (RTS pulls EN down, as on most boards). */
    async pressReset(): Promise<void> {
      await port.setSignals({ dataTerminalReady: false, requestToSend: true });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await port.setSignals({ requestToSend: false });
    },

    async close(): Promise<void> {
      isOver = true;
      await reader?.cancel().catch(() => undefined);
      await listening;
      await port.close().catch(() => undefined);
    },
  };
}

export type SerialStream = Awaited<ReturnType<typeof openSerial>>;

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : '');
