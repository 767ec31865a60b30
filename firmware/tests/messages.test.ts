import { expect, test } from 'vitest';
import type { ApiReply } from '../../server/contract.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { liveBoards, values } from './board/live-boards.ts';
import type { UnitOnBoard } from './board/unit-on-board.ts';

const { owner, startedUnit, overheardUnit } = liveBoards();

/** Sends a command as its owner does; `receipt` asks how far it got. */
async function send({ unit }: UnitOnBoard, command: string) {
  const { id } = await owner().call('POST /api/units/:id/commands', { params: { id: unit.id }, body: { command } });
  const receipt = (): Promise<ApiReply<'GET /api/commands/:id'>> =>
    owner().call('GET /api/commands/:id', { params: { id } });
  return { id, receipt };
}

test('a command that fails says so, one that comes twice is done once', async () => {
  const unit = 'count = 0\ndef on_command(name, args):\n    global count\n    count += 1\n    raise ValueError("no")\n';
  const one = await overheardUnit({ unit });
  const [first, second] = [await send(one, 'activate'), await send(one, 'activate')];
  for (const { receipt } of [first, second])
    await eventually(async () =>
      expect(await receipt()).toMatchObject({ status: 'failed', detail: 'ValueError, see the log' }),
    );
  for (const { id } of [first, second, first]) one.between.send('command', { id, command: 'activate', args: [] });
  await eventually(() => expect(one.between.acknowledged()).toBe(3));
  expect(await one.board.evaluate('__import__("unit").count')).toBe(2);
});

test('a message of the instance opens once, on its topic and in its direction', async () => {
  const { board, between, heard } = await overheardUnit();
  between.send('input/lamp', true);
  const sealed = between.lastSealed();
  between.sendRaw('input/lamp', sealed);
  between.sendRaw('input/level', sealed);
  between.sendRaw('input/lamp', Buffer.from(sealed).fill(0, 1, 2));
  between.sendRaw('input/lamp', Buffer.from('short'));
  between.send('input/level', 3);
  await eventually(async () =>
    expect(await heard()).toEqual([
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
  // What was refused was not acknowledged.
  await eventually(() => expect(between.acknowledged()).toBe(2));
});

test('an answer over HTTP has a higher number, and leaves the messages of the connection fresh', async () => {
  const { board, between, heard, set, env } = await overheardUnit();
  const fetched = await board.evaluate('__import__("croft.http").http.fetch("/api/device/env", "fetched.json")[0]');
  expect(fetched).toBe(JSON.stringify({ ...env, MQTT_HOST: 'localhost' }).length);
  const [mqtt, http] = (await board.evaluate('__import__("croft.env").env._heard')) as [number, number];
  expect(http).toBeGreaterThan(mqtt);
  await set('level', 3);
  await eventually(async () => expect(await heard()).toEqual([['level', 3]]));
  expect(between.connects()).toBe(1);
});

test('a message that does not fit is left out, the connection lives on', async () => {
  const { board, between, heard } = await overheardUnit();
  between.send('input/lamp', 'x'.repeat(20_000));
  between.send('input/level', 3);
  await eventually(async () => expect(await heard()).toEqual([['level', 3]]));
  expect(board.printed).toContain('error: a message too large for this board was left out');
  expect(between.connects()).toBe(1);
});

test('held back by the instance, the board waits before it sends more', async () => {
  const { board, between, give, stored } = await overheardUnit();
  between.send('throttled', { wait: 20 });
  await eventually(async () =>
    expect(await board.evaluate('__import__("croft.sender").sender._until')).toBeGreaterThan(0),
  );
  await give({ temperature: 1 });
  await eventually(async () => expect(await board.evaluate('len(__import__("croft.ring").ring._entries)')).toBe(1));
  board.advance(10_000);
  expect(await stored('temperature')).toEqual([]);
  board.advance(11_000);
  await eventually(async () => expect(values(await stored('temperature'))).toEqual([1]));
});

test('a unit.py that cannot be read does not keep the board from being mended', async () => {
  const one = await startedUnit({ unit: 'this is no Python' });
  await eventually(async () => expect(await one.log()).toContain('unit.py: SyntaxError invalid syntax'));
  const { receipt } = await send(one, 'log');
  await eventually(async () => expect(await receipt()).toMatchObject({ status: 'done' }));
});

test('safe mode: after ten starts without a good minute unit.py is left out, and is back after a good one', async () => {
  const { board, shown } = await startedUnit();
  for (let count = 0; count < 10; count++) {
    await board.stop();
    await board.start();
  }
  await eventually(async () => expect((await shown()).state).toMatchObject({ safe_mode: true }));
  expect(await board.evaluate('__import__("unit").began')).toBe(0);
  board.advance(61_000);
  await eventually(async () => expect(await board.evaluate('__import__("croft.starts").starts._kept[1]')).toBe(0));
  await board.stop();
  await board.start();
  await eventually(async () => expect((await shown()).state).toMatchObject({ safe_mode: false }));
  expect(await board.evaluate('__import__("unit").began')).toBe(1);
});
