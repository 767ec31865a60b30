import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressAfterSignIn, signInAddress } from './sign-in-address.ts';

const origin = 'https://croft.example';

test('the way back survives', () => {
  const address = signInAddress({ pathname: '/units/1', search: '?from=a&b=c' });
  expect(addressAfterSignIn(new URL(address, origin).searchParams.get('next'))).toBe('/units/1?from=a&b=c');
  expect(signInAddress({ pathname: '/', search: '' })).toBe('/signin');
});

test.each(['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', ''])(
  '%j leads home',
  (next) => expect(addressAfterSignIn(next)).toBe('/'),
);

test('no next leads to another origin', () => {
  const hostile = fc.string({ unit: fc.constantFrom('/', '\\', '.', ':', '@', 'e', '\t', '\n', ' ', '?', '#') });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.webUrl(), fc.string()), (next) => {
      expect(new URL(addressAfterSignIn(next), origin).origin).toBe(origin);
    }),
    { numRuns: 2000 },
  );
});
