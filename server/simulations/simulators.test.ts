import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchemaText } from '../documents/schema.ts';
import { readUnitExample, readUnitExamples } from '../units/examples.ts';
import { compileCheck, type JsonValue } from '../variables/definition.ts';
import { createAlarmedDoor } from './alarmed-door.ts';
import { createDimmerLamp } from './dimmer-lamp.ts';
import type { MakeSimulator, Simulator, Step } from './simulator.ts';
import { createWeatherStation } from './weather-station.ts';

const start = Date.UTC(2026, 5, 1, 6);
const makers = {
  'weather-station': createWeatherStation,
  'dimmer-lamp': createDimmerLamp,
  'alarmed-door': createAlarmedDoor,
} satisfies Record<string, MakeSimulator>;

/** Mulberry32: small, seeded, good enough to look at. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const named = ({ values }: Step) => Object.fromEntries(values.map(({ name, value }) => [name, value]));

/** Steps when it wants to for this long. */
function* run(simulator: Simulator, milliseconds: number, from = start): Generator<Record<string, JsonValue>> {
  for (let now = from; now < from + milliseconds; ) {
    const step = simulator.step(now);
    yield named(step);
    now += step.next;
  }
}

const numbers = (rows: Record<string, JsonValue>[], name: string) => rows.map((row) => Number(row[name]));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('every simulation', () => {
  test('tells only values that its schema allows, and all of its outputs', async () => {
    for (const example of await readUnitExamples()) {
      const { outputs } = parseSchemaText(example.schema);
      const checks = new Map(Object.entries(outputs).map(([name, definition]) => [name, compileCheck(definition)]));
      for (const row of run(makers[example.name](seeded(1)), 3_600_000)) {
        expect(Object.keys(row).toSorted()).toEqual([...checks.keys()].toSorted());
        for (const [name, value] of Object.entries(row)) expect(checks.get(name)?.(value)).toBeUndefined();
      }
    }
  });

  test('takes every input of its schema and no other', async () => {
    const offers: [string, JsonValue][] = [true, 50].flatMap((value) =>
      ['lamp', 'level', 'armed', 'siren', 'temperature', 'door'].map((name): [string, JsonValue] => [name, value]),
    );
    for (const name of ['weather-station', 'dimmer-lamp', 'alarmed-door'] as const) {
      const { inputs } = parseSchemaText((await readUnitExample(name)).schema);
      const taken = offers
        .filter(([input, value]) => makers[name](seeded(1)).set(input, value))
        .map(([input]) => input);
      expect(taken.toSorted()).toEqual(Object.keys(inputs).toSorted());
    }
  });

  test('is the same again with the same time and chance', () => {
    for (const make of Object.values(makers)) {
      const [one, same, other] = [7, 7, 8].map((seed) => [...run(make(seeded(seed)), 600_000)]);
      expect(one).toEqual(same);
      if (make !== createDimmerLamp) expect(one).not.toEqual(other);
    }
  });
});

describe('the weather station', () => {
  test('tells every two seconds, each value near the last one', () => {
    const rows = [...run(createWeatherStation(seeded(2)), 3_600_000)];
    expect(rows).toHaveLength(1_800);
    const temperatures = numbers(rows, 'temperature');
    const jumps = temperatures.slice(1).map((value, index) => Math.abs(value - (temperatures[index] ?? value)));
    expect(Math.max(...jumps)).toBeLessThan(0.5);
    expect(new Set(temperatures).size).toBeGreaterThan(50);
  });

  test('is warmer and drier by day than by night', () => {
    const rows = [...run(createWeatherStation(seeded(3)), 5 * 86_400_000, Date.UTC(2026, 5, 1))];
    const during = (from: number, to: number) =>
      rows.filter((_, index) => (index / 1_800) % 24 >= from && (index / 1_800) % 24 < to);
    const [day, night] = [during(12, 18), during(0, 6)];
    expect(mean(numbers(day, 'temperature'))).toBeGreaterThan(mean(numbers(night, 'temperature')) + 5);
    expect(mean(numbers(day, 'humidity'))).toBeLessThan(mean(numbers(night, 'humidity')) - 5);
  });
});

describe('the lamp', () => {
  test('fades to its level within a second and a half, and back to dark', () => {
    const lamp = createDimmerLamp(seeded(4));
    expect(named(lamp.step(start)).brightness).toBe(0);
    lamp.set('level', 50);
    lamp.set('lamp', true);
    const rows = [...run(lamp, 1_500, start)];
    const brightness = numbers(rows, 'brightness');
    expect(brightness.length).toBeGreaterThan(2);
    expect(brightness.at(-1)).toBeGreaterThan(0.97 * 403);
    expect(brightness.at(-1)).toBeLessThan(1.03 * 403);
    lamp.set('lamp', false);
    const dark = [...run(lamp, 5_000, start + 2_000)].at(-1);
    expect(dark?.brightness).toBe(0);
    expect(dark?.power).toBeLessThan(0.5);
  });

  test('shines as its level says, always', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.boolean(), (level, isOn) => {
        const lamp = createDimmerLamp(seeded(level));
        lamp.set('level', level);
        lamp.set('lamp', isOn);
        lamp.step(start);
        const light = Number(named(lamp.step(start + 1_500)).brightness);
        expect(Math.abs(light - (isOn ? 8.06 * level : 0))).toBeLessThanOrEqual(0.02 * 8.06 * level + 0.5);
      }),
    );
  });

  test('refuses what is no level', () => {
    const lamp = createDimmerLamp(seeded(4));
    expect([lamp.set('level', 'bright'), lamp.set('lamp', 1), lamp.set('colour', 'red')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('the door', () => {
  const opened = (door: Simulator) => {
    for (let now = start; now < start + 600_000; ) {
      const step = door.step(now);
      if (named(step).door === 'open') return { row: named(step), now: now + 1_000 };
      now += step.next;
    }
    throw new Error('nobody came for ten minutes');
  };

  test('opens now and then, for the first time within fifteen seconds', () => {
    const rows = [...run(createAlarmedDoor(seeded(5)), 3_600_000)];
    expect(rows.filter(({ door }) => door === 'open').length).toBeGreaterThan(10);
    expect(rows.every(({ alarm }) => alarm === false)).toBe(true);
    expect([...run(createAlarmedDoor(seeded(6)), 16_000)].at(-1)?.door).toBe('open');
  });

  test('tells its state at least every thirty seconds', () => {
    const door = createAlarmedDoor(seeded(7));
    for (let now = start; now < start + 600_000; ) {
      const { next } = door.step(now);
      expect(next).toBeLessThanOrEqual(30_000);
      now += next;
    }
  });

  test('opened while armed sounds the alarm until it is disarmed', () => {
    const door = createAlarmedDoor(seeded(8));
    door.set('armed', true);
    const { row, now } = opened(door);
    expect(row.alarm).toBe(true);
    const later = [...run(door, 60_000, now)];
    expect(later.some((one) => one.door === 'closed')).toBe(true);
    expect(later.every(({ alarm }) => alarm === true)).toBe(true);
    door.set('armed', false);
    expect(named(door.step(now + 60_000)).alarm).toBe(false);
  });

  test('sounds the siren at once, armed or not', () => {
    const door = createAlarmedDoor(seeded(9));
    door.set('siren', true);
    expect(named(door.step(start)).alarm).toBe(true);
    door.set('siren', false);
    expect(named(door.step(start + 1)).alarm).toBe(false);
  });
});
