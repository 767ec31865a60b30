import { expect, test } from 'vitest';
import { formatState } from './format-state.ts';

test.each([
  ['memory_free', 0, '0 byte'],
  ['memory_free', 17_408, '17 kB'],
  ['memory_used', 1_572_864, '1.5 MB'],
  ['uptime', 0, '0 sec'],
  ['uptime', 59.9, '59 sec'],
  ['uptime', 3_600, '1 hr'],
  ['uptime', 273_840, '3 days 4 hr'],
  ['rssi', -61, '-61 dBm'],
  ['ip', '10.0.0.7', '10.0.0.7'],
  ['uptime', 'long', 'long'],
  ['constructor', 5, '5'],
])('%s %j is %j', (name, value, text) => expect(formatState(name, value, 'en')).toBe(text));
