import { describe, expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { filesBelow, textOf } from './board/files.ts';
import { liveBoards, values } from './board/live-boards.ts';
import { unitOnBoard } from './board/unit-on-board.ts';

const { owner } = liveBoards();

/** The pins under which the shims of the sensors find what they measure, in tenths. */
const firstReading = 100;
const secondReading = 101;

async function example(name: string, settings: Record<string, string | number | boolean> = {}) {
  const files = filesBelow(`examples/${name}`);
  const json = (path: string) => JSON.parse(textOf(files.get(path)));
  const unit = await unitOnBoard(owner(), {
    schema: json('schema.json'),
    example: json('json_example.json'),
    settings,
    unit: textOf(files.get('unit.py')),
  });
  return { ...unit, valuesOf: async (output: string) => values(await unit.stored(output)) };
}

describe('every example', () => {
  test.each(['climate', 'relay', 'fan'])(
    '%s has a wiring picture, and what its program reads stands in json_example.json',
    (name) => {
      const files = filesBelow(`examples/${name}`);
      expect([...files.keys()]).toEqual(['README.md', 'json_example.json', 'schema.json', 'unit.py']);
      expect(textOf(files.get('README.md'))).toContain('┌──');
      const read = [...textOf(files.get('unit.py')).matchAll(/env\.get\("(\w+)"/g)].map(([, variable]) => variable);
      expect(Object.keys(JSON.parse(textOf(files.get('json_example.json'))))).toEqual(expect.arrayContaining(read));
    },
  );
});

test('climate: what the DHT22 says is stored; a reading that fails is left out and told after three', async () => {
  const { board, valuesOf, log } = await example('climate', { PUBLISH_SECONDS: 2, TEMPERATURE_OFFSET: -0.5 });
  board.setPin(firstReading, 215);
  board.setPin(secondReading, 480);
  await board.start();
  await eventually(async () => expect(await valuesOf('temperature')).toContain(21));
  await eventually(async () => expect(await valuesOf('humidity')).toContain(48));
  board.setPin(firstReading, -1);
  for (let count = 0; count < 4; count++) {
    board.advance(2_000);
    await eventually(async () => expect(await board.evaluate('__import__("unit")._failed')).toBeGreaterThan(count));
  }
  await eventually(async () =>
    expect(await log()).toContain('the DHT22 does not answer: check its wires and the resistor'),
  );
  expect(new Set(await valuesOf('temperature'))).toEqual(new Set([21]));
  await board.stop();
});

test('relay: follows its input, the button switches over, a pulse ends by itself', async () => {
  const { board, valuesOf, set } = await example('relay', { RELAY_ON_IS_HIGH: false });
  const [relay, button] = [5, 14];
  board.setPin(button, 1);
  await board.start();
  expect(board.pin(relay)).toBe(1);
  await set('relay', true);
  await eventually(() => expect(board.pin(relay)).toBe(0));
  await eventually(async () => expect(await valuesOf('is_on')).toEqual([false, true]));
  board.setPin(button, 0);
  await eventually(() => expect(board.pin(relay)).toBe(1));
  board.setPin(button, 1);
  await eventually(async () => expect(await valuesOf('is_on')).toEqual([false, true, false]));
  expect(await board.evaluate('__import__("unit").on_command("pulse", [1])')).toBe('on for 1 s');
  expect(board.pin(relay)).toBe(0);
  await eventually(async () => expect(await valuesOf('is_on')).toEqual([false, true, false, true, false]));
  await board.stop();
});

test('fan: turns the faster the warmer it is above its target', async () => {
  const { board, valuesOf, set } = await example('fan', { PUBLISH_SECONDS: 1 });
  const fan = 12;
  board.setPin(firstReading, 300);
  await board.start();
  await set('target', 26);
  await eventually(async () => expect(await valuesOf('speed')).toContain(65), 10_000);
  expect(board.pin(fan)).toBe(Math.floor((65 * 1023) / 100));
  board.setPin(firstReading, 255);
  await eventually(() => expect(board.pin(fan)).toBe(0));
  board.setPin(firstReading, 500);
  await eventually(() => expect(board.pin(fan)).toBe(1023));
  expect(await valuesOf('temperature')).toContain(30);
  await board.stop();
});
