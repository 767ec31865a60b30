import { expect, test } from 'vitest';
import type { ApiReply } from '../../server/contract.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { isOnline, liveBoards } from './board/live-boards.ts';
import type { UnitOnBoard } from './board/unit-on-board.ts';

const { owner, onlineUnit } = liveBoards();

type Receipt = ApiReply<'GET /api/commands/:id'>;

/** Sends a command as its owner does; `receipt` asks how far it got. */
async function send({ unit }: UnitOnBoard, command: string, args: Receipt['args'] = []) {
  const sent = await owner().call('POST /api/units/:id/commands', { params: { id: unit.id }, body: { command, args } });
  return () => owner().call('GET /api/commands/:id', { params: { id: sent.id } });
}

test('the unit’s own commands, with what they answer', async () => {
  const receipt = await send(await onlineUnit(), 'activate', [15]);
  await eventually(async () => expect(await receipt()).toMatchObject({ status: 'done', detail: 'activate [15]' }));
  expect((await receipt()).receivedAt).not.toBeNull();
});

test('a command that the unit fails on, and one for a unit that knows none', async () => {
  const unit = 'def on_command(name, args):\n    raise RuntimeError("stuck")\n';
  const failing = await send(await onlineUnit({ unit }), 'activate');
  const detail = 'RuntimeError, see the log';
  await eventually(async () => expect(await failing()).toMatchObject({ status: 'failed', detail }));
  const unknown = await send(await onlineUnit({ unit: '' }), 'activate');
  await eventually(async () =>
    expect(await unknown()).toMatchObject({ status: 'failed', detail: 'the unit has no on_command()' }),
  );
});

test('reboot: received, then a new start that says done', async () => {
  const unit = await onlineUnit();
  const receipt = await send(unit, 'reboot');
  expect((await unit.board.ended()).how).toBe('reset');
  expect(await receipt()).toMatchObject({ status: 'received' });
  await unit.board.start();
  await eventually(async () => expect(await receipt()).toMatchObject({ status: 'done', detail: 'restarted' }));
  await eventually(async () => expect((await unit.shown()).state).toMatchObject({ boot_reason: 'command' }));
  // Told once.
  await eventually(async () =>
    expect(await unit.board.evaluate('__import__("os").listdir()')).not.toContain('result.json'),
  );
});

test('log: the kept lines come once more', async () => {
  const unit = await onlineUnit();
  await eventually(async () => expect(await unit.log()).toHaveLength(1));
  const receipt = await send(unit, 'log');
  await eventually(async () => expect(await receipt()).toMatchObject({ status: 'done', detail: '1 lines' }));
  await eventually(async () => expect(await unit.log()).toEqual(Array(2).fill('start 1, power, program 0')));
});

test('a command to a board that is away waits for it, and is done once', async () => {
  const unit = await onlineUnit();
  await unit.board.stop();
  const receipt = await send(unit, 'activate', ['late']);
  expect(await receipt()).toMatchObject({ status: 'queued' });
  await unit.board.start();
  await eventually(async () => expect(await receipt()).toMatchObject({ status: 'done', detail: "activate ['late']" }));
  unit.board.radio.cut();
  await eventually(async () => expect(await unit.board.evaluate(isOnline)).toBe(true));
  expect(await receipt()).toMatchObject({ status: 'done' });
});
