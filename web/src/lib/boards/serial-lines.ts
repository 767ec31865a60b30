/** What a board is in trouble with, as its serial log tells. */
export type Trouble = 'wifi-name' | 'wifi-password' | 'wifi' | 'portal' | 'unreachable' | 'refused' | 'tls' | 'unit';

/** What the firmware prints (firmware/board/croft), and the numbers of network.WLAN.status() on ESP8266 and ESP32. */
const signs: [RegExp, Trouble][] = [
  [/no Wi-Fi, status (3|201)\b/, 'wifi-name'],
  [/no Wi-Fi, status (2|4|15|202|204)\b/, 'wifi-password'],
  [/no Wi-Fi\b/, 'wifi'],
  [/^Wi-Fi of the board: /, 'portal'],
  [/connection: OSError refused, code/, 'refused'],
  [/connection: OSError no room for TLS/, 'tls'],
  [/connection: OSError/, 'unreachable'],
  [/^error: unit\.py: /, 'unit'],
];

export const troubleIn = (line: string): Trouble | undefined => signs.find(([sign]) => sign.test(line))?.[1];

/** Lines out of the bytes of a serial port, without what a chip says at another speed, and without the given secrets. */
export function createSerialLines(secrets: string[]) {
  const decoder = new TextDecoder();
  const hidden = secrets.filter((secret) => secret.length >= 4);
  let rest = '';

  const clean = (line: string) => {
    const printable = line.replaceAll(/[\p{Cc}\p{Cn}\p{Co}\uFFFD]/gu, '').trim();
    return hidden.reduce((text, secret) => text.replaceAll(secret, '•••'), printable);
  };

  return {
    /** The lines that these bytes end. */
    take(bytes: Uint8Array): string[] {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      // A line without an end is no line: it is cut before it takes up the page.
      rest = (lines.pop() ?? '').slice(-2_000);
      return lines.map(clean).filter((line) => line !== '');
    },
  };
}
