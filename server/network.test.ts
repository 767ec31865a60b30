import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf } from './network.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
  ['nonsense', 'nonsense'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });

test('one /64 is one network, two are two', () => {
  fc.assert(
    fc.property(groups(4), groups(4), groups(4), groups(4), (network, hostA, hostB, other) => {
      const a = networkOf([...network, ...hostA].join(':'));
      expect(networkOf([...network, ...hostB].join(':').toUpperCase())).toBe(a);
      fc.pre(network.join() !== other.join());
      expect(networkOf([...other, ...hostA].join(':'))).not.toBe(a);
    }),
  );
});
