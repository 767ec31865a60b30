import type { Page } from 'playwright-core';
import type { WiredBoard } from './wired-board.ts';

declare global {
  interface Window {
    boardRead(): Promise<number[]>;
    boardWrite(bytes: number[]): Promise<void>;
    boardReset(): Promise<void>;
    /** The port, for what another program would do with it. */
    boardPort: { open(): Promise<void>; close(): Promise<void> };
  }
}

/** Bytes to and from whatever is at the end of the cable. */
export type Cable = Pick<WiredBoard, 'read' | 'write'> & { reset?: () => void };

/**
 * Gives the next pages in this tab a Web Serial whose chooser yields one port, with this at its end: as in Chromium, a
 * port that is open cannot be opened, a locked stream keeps it from closing, and a failed write or read ends its streams.
 */
export async function plugIn(page: Page, cable: () => Cable | undefined): Promise<void> {
  await page.exposeFunction('boardRead', async () => [...((await cable()?.read(50)) ?? fail('lost'))]);
  await page.exposeFunction('boardWrite', async (bytes: number[]) =>
    (cable() ?? fail('lost')).write(Uint8Array.from(bytes)),
  );
  await page.exposeFunction('boardReset', async () => cable()?.reset?.());
  await page.addInitScript(() => {
    let isOpen = false;
    const port = {
      readable: null as ReadableStream<Uint8Array> | null,
      writable: null as WritableStream<Uint8Array> | null,
      async open() {
        if (isOpen) throw new DOMException('The port is already open.', 'InvalidStateError');
        isOpen = true;
        port.readable = new ReadableStream<Uint8Array>({
          async pull(controller) {
            let bytes: number[] = [];
            while (isOpen && bytes.length === 0) {
              bytes = await window.boardRead().catch((error) => {
                port.readable = port.writable = null;
                throw new DOMException(String(error), 'NetworkError');
              });
            }
            if (isOpen) controller.enqueue(Uint8Array.from(bytes));
          },
        });
        port.writable = new WritableStream({ write: (bytes) => window.boardWrite([...bytes]) });
      },
      async close() {
        if (port.readable?.locked || port.writable?.locked) throw new TypeError('Cannot close a locked port');
        isOpen = false;
        port.readable = port.writable = null;
      },
      // RTS pulls the reset of the chip down.
      setSignals: async ({ requestToSend }: { requestToSend?: boolean }) => requestToSend && window.boardReset(),
      getInfo: () => ({ usbVendorId: 0x1a86, usbProductId: 0x7523 }),
    };
    window.boardPort = port;
    Object.defineProperty(navigator, 'serial', { value: { requestPort: async () => port } });
  });
}

function fail(why: string): never {
  throw new Error(why);
}
