import { expect, test } from 'vitest';
import { embedCode } from './embed-code.ts';

test('a title cannot leave its attribute', () => {
  const code = embedCode('https://croft.example', 'an-id', '"><script>&amp;');
  expect(code).toContain('src="https://croft.example/embed/variables/an-id"');
  expect(code).toContain('title="&quot;&gt;&lt;script&gt;&amp;amp;"');
});
