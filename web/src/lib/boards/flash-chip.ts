import { ESPLoader, Transport } from 'esptool-js';
import { BoardError } from './board-error.ts';
import { checkImage } from './image.ts';
import { md5 } from './md5.ts';

/** Bits per second, from the beginning to the end: another speed means to open the port anew, which resets many boards. */
const baudRate = 115_200;

type Flashing = {
  bytes: Uint8Array;
  /** Everything else in the flash goes too: files of an old program, another Wi-Fi */
  erase: boolean;
  onChip: (name: string) => void;
  /** Parts of 1 */
  onProgress: (part: number) => void;
};

/**
 * Finds the chip at a closed port, writes MicroPython into its flash, and compares. The port is closed again.
 * @throws BoardError
 */
export async function flashChip(port: SerialPort, { bytes, erase, onChip, onProgress }: Flashing): Promise<void> {
  checkImage(bytes);
  const transport = new Transport(port);
  const loader = new ESPLoader({ transport, baudrate: baudRate, romBaudrate: baudRate });
  try {
    await asFault('no-chip', loader.main());
    onChip(loader.chip.CHIP_NAME);
    if (loader.chip.CHIP_NAME !== 'ESP8266') throw new BoardError('other-chip', loader.chip.CHIP_NAME);
    // esptool-js 0.7.0 has 0 for registers that this chip lacks, and takes it for one: esptool has none there.
    Object.assign(loader.chip, { SPI_MOSI_DLEN_OFFS: null, SPI_MISO_DLEN_OFFS: null });
    const size = await loader.detectFlashSize();
    const room = size === undefined ? 0 : loader.flashSizeBytes(size as Parameters<typeof loader.flashSizeBytes>[0]);
    if (room > 0 && room < bytes.length) throw new BoardError('flash-too-small', size);
    const written = loader.writeFlash({
      fileArray: [{ data: bytes, address: 0 }],
      ...{ flashMode: 'keep', flashFreq: 'keep', flashSize: size === undefined ? 'keep' : 'detect' },
      ...{ eraseAll: erase, compress: true, calculateMD5Hash: md5 },
      reportProgress: (_, done, total) => onProgress(done / total),
    });
    await asFault('flash-failed', written);
  } finally {
    await transport.disconnect().catch(() => undefined);
  }
}

/** What esptool says is for those who know it: it stands behind our own words. */
async function asFault<T>(fault: 'no-chip' | 'flash-failed', work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new BoardError(fault, error instanceof Error ? error.message : String(error));
  }
}
