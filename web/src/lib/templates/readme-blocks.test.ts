import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, readmeBlocks } from './readme-blocks.ts';

const example = (name: string) =>
  readFileSync(new URL(`../../../../firmware/examples/${name}/README.md`, import.meta.url), 'utf8');

test('a README with a wiring picture, a table and code is read', () => {
  const blocks = readmeBlocks(example('relay'));
  expect(blocks.map(({ kind }) => kind)).toEqual([
    'heading',
    'text',
    'text',
    'code',
    'text',
    'table',
    'text',
    'text',
  ] satisfies Block['kind'][]);
  const [title, text, , picture] = blocks;
  expect(title).toEqual({
    kind: 'heading',
    level: 1,
    spans: [{ text: 'Relay with a button', look: 'plain' }],
  });
  expect(text).toMatchObject({ spans: [{ look: 'plain' }, { text: 'is_on', look: 'code' }, { look: 'plain' }] });
  expect(picture).toMatchObject({ text: expect.stringMatching(/^ {3}ESP8266 .*\n {2}┌──────────┐/) });
});

test('lists with folded lines, strong words and links are read; only pages are linked to', () => {
  const [list, text] = readmeBlocks('- one\n  more\n2. **two**\n\n[a](https://a.example/b) [x](javascript:alert(1))');
  expect(list).toEqual({
    kind: 'list',
    items: [[{ text: 'one more', look: 'plain' }], [{ text: 'two', look: 'strong' }]],
  });
  expect(text).toEqual({
    kind: 'text',
    spans: [
      { text: 'a', look: 'link', href: 'https://a.example/b' },
      { text: ' [x](javascript:alert(1))', look: 'plain' },
    ],
  });
});

test('whatever is written, every word of it is there in its order, and links lead to pages only', () => {
  const piece = fc.constantFrom(
    '#',
    '- ',
    '`',
    '```',
    '\n',
    '\n\n',
    '|',
    '**',
    '[a](http://b)',
    '](',
    'word',
    '<b>',
    ' ',
  );
  const textOf = (block: Block): string => {
    if (block.kind === 'code') return block.text;
    const spans = 'items' in block ? block.items.flat() : 'rows' in block ? block.rows.flat(2) : block.spans;
    return spans.map(({ text }) => text).join(' ');
  };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const source = pieces.join('');
      const blocks = readmeBlocks(source);
      const words = (text: string) => text.match(/word|<b>/g) ?? [];
      // The line that opens a block of code may name its language.
      const kept = source.replaceAll(/^\s*```.*$/gm, '```');
      if (!source.includes('```')) expect(words(blocks.map(textOf).join(' '))).toEqual(words(kept));
      for (const block of blocks) {
        if (!('spans' in block)) continue;
        for (const span of block.spans) if (span.look === 'link') expect(span.href).toMatch(/^https?:\/\//);
      }
    }),
    { numRuns: 500 },
  );
});
