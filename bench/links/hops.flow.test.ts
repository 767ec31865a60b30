import { expect, onTestFinished, test } from 'vitest';
import { startAedes } from '../ingest/brokers.ts';
import { bareHops } from './bare-broker.ts';
import { runHops } from './hop-run.ts';
import { type HopLoad, openHops } from './hops.ts';

const cleanup = () => {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  return stack;
};

test.each<HopLoad>([{ window: 3 }, { rate: 50 }])(
  'everything that a broker brings is counted once: load %o',
  async (load) => {
    const system = bareHops(await startAedes(0, cleanup()));
    const row = await runHops(system, { shape: { kind: 'fan-out', count: 4 }, load, warmUp: 0.5, seconds: 1 });
    expect(row).toMatchObject({ missing: 0, doubled: 0, disordered: 0, unacknowledged: 0, stored: undefined });
    expect(row.published).toBeGreaterThan(20);
    expect(Math.abs(row.delivered - 4 * row.published)).toBeLessThan(20);
    expect(row.p99).toBeGreaterThanOrEqual(row.p50);
  },
);

test('what does not come, and what comes from nowhere, is found', async () => {
  const { plan } = bareHops(await startAedes(0, cleanup()));
  const { sources, targets } = await plan({ kind: 'pairs', count: 2 });
  // The values of the first source are awaited at the second target, and the other way round.
  const hops = await openHops({ sources, targets, feeds: [[1], [0]] });
  const result = await hops.run({ window: 2 }, 0.1, 0.3, () => undefined);
  hops.close();
  expect(result.missing).toBe(result.counts.reduce((sum, count) => sum + count, 0));
  expect(result.doubled).toBe(result.missing);
}, 60_000);
