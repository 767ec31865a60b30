import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { createBoard } from './board/board.ts';
import { loadedFlash } from './board/files.ts';
import { obedientUnit } from './board/unit-on-board.ts';
import { deviceSide } from './stand-in/device-side.ts';

async function onlineBoard(unit = obedientUnit) {
  const instance = await deviceSide();
  const board = createBoard(loadedFlash(unit, instance.env));
  onTestFinished(instance.close);
  const { mqtt } = instance;
  const start = async () => {
    await board.start();
    await eventually(() => expect(mqtt.heardOn('state')).not.toEqual([]));
  };
  await start();
  const statuses = () =>
    (mqtt.heardOn('receipt') as { id: string; status: string }[]).map(({ id, status }) => `${id} ${status}`);
  return { board, mqtt, start, statuses };
}

test('a command that fails says so, one that comes twice is done once', async () => {
  const unit = 'count = 0\ndef on_command(name, args):\n    global count\n    count += 1\n    raise ValueError("no")\n';
  const { board, mqtt, statuses } = await onlineBoard(unit);
  mqtt.command('c1', 'activate');
  mqtt.command('c1', 'activate');
  mqtt.command('c2', 'activate');
  await eventually(() => expect(statuses()).toEqual(['c1 received', 'c1 failed', 'c2 received', 'c2 failed']));
  expect(await board.evaluate('__import__("unit").count')).toBe(2);
  await board.stop();
});

test('a message of the instance opens once, on its topic and in its direction', async () => {
  const { board, mqtt } = await onlineBoard();
  mqtt.send('input/lamp', true);
  const sealed = mqtt.lastSealed();
  mqtt.sendRaw('input/lamp', sealed);
  mqtt.sendRaw('input/level', sealed);
  mqtt.sendRaw('input/lamp', Buffer.from(sealed).fill(0, 1, 2));
  mqtt.sendRaw('input/lamp', Buffer.from('short'));
  mqtt.send('input/level', 3);
  await eventually(async () =>
    expect(await board.evaluate('__import__("unit").heard')).toEqual([
      ['lamp', true],
      ['level', 3],
    ]),
  );
  expect(board.printed.filter((line) => line.includes('a message on'))).toEqual([
    'error: a message on input/lamp: ValueError replay',
    'error: a message on input/level: ValueError seal',
    'error: a message on input/lamp: ValueError direction',
    'error: a message on input/lamp: ValueError malformed',
  ]);
  // The world's time and two inputs; what was refused was not acknowledged.
  await eventually(() => expect(mqtt.acknowledged()).toBe(3));
  await board.stop();
});

test('a message that does not fit is left out, the connection lives on', async () => {
  const { board, mqtt } = await onlineBoard();
  mqtt.send('input/lamp', 'x'.repeat(20_000));
  mqtt.send('input/level', 3);
  await eventually(async () => expect(await board.evaluate('__import__("unit").heard')).toEqual([['level', 3]]));
  expect(board.printed).toContain('error: a message too large for this board was left out');
  expect(mqtt.isConnected()).toBe(true);
  await board.stop();
});

test('held back by the instance, the board waits before it sends more', async () => {
  const { board, mqtt } = await onlineBoard();
  await eventually(() => expect(mqtt.heardOn('log')).toHaveLength(1));
  mqtt.send('throttled', { wait: 20 });
  await eventually(async () =>
    expect(await board.evaluate('__import__("croft.sender").sender._until')).toBeGreaterThan(0),
  );
  await board.evaluate('__import__("unit").values.append({"temperature": 1})');
  await eventually(async () => expect(await board.evaluate('len(__import__("croft.ring").ring._entries)')).toBe(1));
  board.advance(10_000);
  expect(mqtt.heardOn('output')).toEqual([]);
  board.advance(11_000);
  await eventually(() => expect(mqtt.heardOn('output')).toHaveLength(1));
  await board.stop();
});

test('a unit.py that cannot be read does not keep the board from being mended', async () => {
  const { board, mqtt, statuses } = await onlineBoard('this is no Python');
  await eventually(() =>
    expect(mqtt.heardOn('log')).toContainEqual(
      expect.objectContaining({ text: 'unit.py: SyntaxError invalid syntax' }),
    ),
  );
  mqtt.command('c1', 'log');
  await eventually(() => expect(statuses()).toEqual(['c1 received', 'c1 done']));
  await board.stop();
});

test('safe mode: after ten starts without a good minute unit.py is left out, and is back after a good one', async () => {
  const { board, mqtt, start } = await onlineBoard();
  await board.stop();
  for (let count = 0; count < 9; count++) {
    await board.start();
    await board.stop();
  }
  mqtt.heard.length = 0;
  await start();
  expect(await board.evaluate('__import__("unit").began')).toBe(0);
  expect(mqtt.heardOn('state')[0]).toMatchObject({ safe_mode: true });
  board.advance(61_000);
  await eventually(async () => expect(await board.evaluate('__import__("croft.starts").starts._kept[1]')).toBe(0));
  await board.stop();
  mqtt.heard.length = 0;
  await start();
  expect(mqtt.heardOn('state')[0]).toMatchObject({ safe_mode: false });
  expect(await board.evaluate('__import__("unit").began')).toBe(1);
  await board.stop();
});
