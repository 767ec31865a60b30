import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readContent } from './content.ts';
import { keptHeaders } from './headers.ts';

const detailOf = (type: string, body: string | Buffer) => {
  const content = readContent(type, Buffer.from(body));
  return content.kind === 'object' ? content.given.map(({ key }) => key) : `${content.kind}: ${content.detail}`;
};

test('JSON objects and forms have keys, everything else is raw or says what is wrong with it', () => {
  expect(detailOf('application/json; charset=utf-8', '{"a":1,"b":[]}')).toEqual(['a', 'b']);
  expect(detailOf('application/vnd.api+json', '{"a":1}')).toEqual(['a']);
  expect(detailOf('application/x-www-form-urlencoded', 'a=1&b=%D0%B0+b')).toEqual(['a', 'b']);
  expect(detailOf('text/plain', '{"a":1}')).toMatch(/^raw: No decoder: text/);
  expect(detailOf('', Buffer.from([0, 1]))).toMatch(/^raw: No decoder: binary/);
  expect(detailOf('application/json', '{"a":')).toMatch(/^unreadable: The body is no JSON:/);
  expect(detailOf('application/json', Buffer.from([0x7b, 0xff]))).toMatch(/^unreadable: The body is no JSON:/);
  expect(detailOf('application/json', '[1]')).toBe('unreadable: The body is no JSON object.');
  expect(detailOf('application/json', '{}')).toBe('unreadable: There are no keys in it.');
  expect(detailOf('application/json', '{"a\\u0000":1}')).toMatch(/NUL/);
  expect(detailOf('application/x-www-form-urlencoded', '{"a":1}')).toMatch(/Content-Type: application\/json/);
  expect(detailOf('application/x-www-form-urlencoded', 'a=1&a=2')).toBe('unreadable: The key "a" is there twice.');
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`k${index}`, 1]));
  expect(detailOf('application/json', JSON.stringify(many))).toBe('unreadable: 201 keys; 200 are allowed.');
});

test('whatever bytes come under whatever type, they are read or refused, never thrown at', () => {
  const types = fc.oneof(
    fc.string(),
    fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/html'),
  );
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 300 }), (type, bytes) => {
      expect(['object', 'raw', 'unreadable']).toContain(readContent(type, Buffer.from(bytes)).kind);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 20 }), (object) => {
      const content = readContent('application/json', Buffer.from(JSON.stringify(object)));
      fc.pre(content.kind === 'object');
      const given = content.kind === 'object' ? content.given : [];
      expect(given.map(({ key, value }) => [key, value])).toEqual(Object.entries(JSON.parse(JSON.stringify(object))));
    }),
  );
});

test('headers are kept without what is secret, and within limits', () => {
  const raw = [
    'Host',
    'a',
    'Authorization',
    'Bearer x',
    'X-Hub-Signature-256',
    'sha256=00',
    'X-API-Key',
    'k',
    'Cookie',
    'c',
  ];
  expect(keptHeaders(raw)).toEqual([
    ['Host', 'a'],
    ['Authorization', '(not kept)'],
    ['X-Hub-Signature-256', '(not kept)'],
    ['X-API-Key', '(not kept)'],
    ['Cookie', '(not kept)'],
  ]);
  const many = Array.from({ length: 80 }, (_, index) => [`X-${index}`, 'v'.repeat(600)]).flat();
  expect(keptHeaders(many)).toHaveLength(50);
  expect(keptHeaders(many)[0]?.[1]).toHaveLength(501);
});
