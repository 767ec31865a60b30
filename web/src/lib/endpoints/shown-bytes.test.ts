import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shownBytes } from './shown-bytes.ts';

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes as string).toString('base64');

test('text stands as it is', () => {
  expect(shownBytes(base64('{"°C": "тепло"}\n\t'))).toEqual({ kind: 'text', lines: '{"°C": "тепло"}\n\t' });
  expect(shownBytes('')).toEqual({ kind: 'text', lines: '' });
});

test('what is no text stands as hexadecimal, from which the bytes can be read again', () => {
  expect(shownBytes(base64(Uint8Array.of(0, 255, 16)))).toEqual({ kind: 'hex', lines: '0000  00 ff 10' });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
      const { kind, lines } = shownBytes(base64(bytes));
      const hex = lines.split('\n').flatMap((line) => line.slice(6).split(' '));
      const read = kind === 'text' ? Buffer.from(lines) : Buffer.from(hex.join(''), 'hex');
      expect(read).toEqual(Buffer.from(bytes));
    }),
  );
});
