const perLine = 16;

/** Bytes as text where they are text (UTF-8 without control characters), else as lines of hexadecimal with their places. */
export function shownBytes(base64: string): { kind: 'text' | 'hex'; lines: string } {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const text = asText(bytes);
  return text === undefined ? { kind: 'hex', lines: asHex(bytes) } : { kind: 'text', lines: text };
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[^\P{Cc}\t\r\n]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function asHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const hex = Array.from(bytes.subarray(at, at + perLine), (byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex.join(' ')}`);
  }
  return lines.join('\n');
}
