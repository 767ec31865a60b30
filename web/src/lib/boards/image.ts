import { BoardError } from './board-error.ts';

/** The first byte of a program for an ESP8266 (esptool's ESP_IMAGE_MAGIC), and the least MicroPython takes. */
const magic = 0xe9;
const leastBytes = 256 * 1024;

/** @throws BoardError 'bad-image' for what is no program of an ESP8266 */
export function checkImage(bytes: Uint8Array): void {
  if (bytes[0] !== magic || bytes.length < leastBytes) throw new BoardError('bad-image');
}
