import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change } from '../database/changes.ts';
import type { SimulatedUnit } from '../units/units.ts';
import { createSimulations, type SimulatedValue } from './simulations.ts';

const lamp: SimulatedUnit = {
  uuid: 'lamp',
  simulation: 'dimmer-lamp',
  outputs: ['power', 'brightness'],
  inputs: new Map<string, boolean | number>([['level', 50]]),
};
const station: SimulatedUnit = {
  uuid: 'station',
  simulation: 'weather-station',
  outputs: ['temperature', 'wind'],
  inputs: new Map(),
};

/** Simulations over a list of units, a clock that is turned by hand and a journal that can be held. */
function setUp(...units: SimulatedUnit[]) {
  const published: { uuid: string; values: SimulatedValue[] }[] = [];
  const journal = { isHeld: false, fails: false, release: () => {} };
  let tell: (change: Change | 'missed') => void = () => {};
  const simulations = createSimulations({
    load: async (uuid) => units.filter((unit) => uuid === undefined || unit.uuid === uuid),
    publish: async (uuid, values) => {
      published.push({ uuid, values });
      if (journal.fails) throw new Error('too much waits to be stored');
      if (!journal.isHeld) return;
      const held = Promise.withResolvers<void>();
      journal.release = held.resolve;
      await held.promise;
    },
    onChange: (listener) => {
      tell = listener;
    },
    random: () => 0.5,
    log: pino({ level: 'silent' }),
  });
  const of = (uuid: string) => published.filter((one) => one.uuid === uuid);
  return { simulations, units, published, of, journal, change: (change: Change | 'missed') => tell(change) };
}

describe('simulations', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 5, 1, 12) }));
  afterEach(() => void vi.useRealTimers());
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

  test('run what is there from the start, each with its first values at once', async () => {
    const { simulations, of } = setUp(lamp, station);
    await simulations.start();
    await pass(1);
    expect([of('lamp').length, of('station').length]).toEqual([1, 1]);
    await pass(10_000);
    expect(of('station').length).toBe(6);
    expect([simulations.isRunning('station'), simulations.isRunning('other')]).toEqual([true, false]);
    await simulations.stop();
  });

  test('tell only the outputs that the unit has', async () => {
    const { simulations, of } = setUp(station);
    await simulations.start();
    await pass(1);
    expect(of('station')[0]?.values.map(({ name }) => name)).toEqual(['temperature', 'wind']);
    await simulations.stop();
  });

  test('begin and end with their units', async () => {
    const { simulations, units, of, change } = setUp();
    await simulations.start();
    units.push(station);
    change({ unit: 'station' });
    await pass(1_000);
    expect(of('station').length).toBe(1);
    units.pop();
    change({ unit: 'station' });
    await pass(10_000);
    expect(of('station').length).toBe(1);
    expect(simulations.isRunning('station')).toBe(false);
    await simulations.stop();
  });

  test('follow an owner who is locked, and whatever was missed', async () => {
    const { simulations, units, change } = setUp(station);
    await simulations.start();
    units.length = 0;
    change({ user: 'owner' });
    await pass(1);
    expect(simulations.isRunning('station')).toBe(false);
    units.push(station);
    change('missed');
    await pass(1);
    expect(simulations.isRunning('station')).toBe(true);
    await simulations.stop();
  });

  test('are not begun anew by a change of their unit', async () => {
    const { simulations, units, of, change } = setUp(lamp);
    await simulations.start();
    simulations.deliver('lamp', 'lamp', true);
    await pass(5_000);
    units[0] = { ...lamp, outputs: ['brightness'] };
    change({ unit: 'lamp' });
    await pass(20_000);
    expect(of('lamp').at(-1)?.values).toEqual([{ name: 'brightness', value: expect.closeTo(403, -1) }]);
    await simulations.stop();
  });

  test('react to an input soon, and begin with the inputs that were set before', async () => {
    const { simulations, of } = setUp(lamp);
    await simulations.start();
    await pass(3_000);
    expect(simulations.deliver('lamp', 'lamp', true)).toBe(true);
    await pass(2_000);
    const light = of('lamp')
      .at(-1)
      ?.values.find(({ name }) => name === 'brightness')?.value;
    expect(light).toBeGreaterThan(390);
    expect(light).toBeLessThan(420);
    expect(simulations.deliver('lamp', 'colour', 'red')).toBe(false);
    expect(simulations.deliver('nobody', 'lamp', true)).toBe(false);
    await simulations.stop();
  });

  test('stay within five messages a second, and fall behind no input, however fast inputs come', async () => {
    const { simulations, of } = setUp(lamp);
    await simulations.start();
    await pass(1_000);
    const before = of('lamp').length;
    for (let step = 0; step < 200; step++) {
      simulations.deliver('lamp', 'lamp', step % 2 === 0);
      await pass(10);
    }
    const during = of('lamp').length - before;
    expect(during).toBeGreaterThanOrEqual(8);
    expect(during).toBeLessThanOrEqual(11);
    await simulations.stop();
  });

  test('wait until their values are stored, and show then what changed meanwhile', async () => {
    const { simulations, of, journal } = setUp(lamp);
    journal.isHeld = true;
    await simulations.start();
    await pass(60_000);
    expect(of('lamp').length).toBe(1);
    simulations.deliver('lamp', 'lamp', true);
    journal.isHeld = false;
    journal.release();
    await pass(3_000);
    expect(of('lamp').at(-1)?.values).toContainEqual({ name: 'brightness', value: expect.closeTo(403, -1) });
    await simulations.stop();
  });

  test('go on after a value that was not stored', async () => {
    const { simulations, of, journal } = setUp(station);
    journal.fails = true;
    await simulations.start();
    await pass(4_001);
    expect(of('station').length).toBe(3);
    await simulations.stop();
  });

  test('end when stopped', async () => {
    const { simulations, published } = setUp(station);
    await simulations.start();
    await pass(1);
    await simulations.stop();
    await pass(60_000);
    expect(published.length).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
