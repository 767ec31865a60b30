import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { LiveUnit } from '../directory/directory.ts';
import { connectionOf, unitOf } from '../testing/connection.ts';
import { createConnections } from './connections.ts';
import { createRecheck } from './recheck.ts';

const log = pino({ level: 'silent' });

/** A connected unit `a`, whose change is looked up with these answers, one after the other. */
function changed(...answers: (LiveUnit | undefined | Error)[]) {
  const quiet = { inputSent: () => undefined, inputConfirmed: () => undefined, commandSent: () => undefined };
  const connections = createConnections(quiet);
  const connection = connectionOf('a');
  connections.add(connection);
  const left = [...answers];
  const find = async () => {
    const answer = left.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const recheck = createRecheck({ directory: { find }, connections, log, again: 1 });
  return { connection, connections, recheck: () => recheck('a'), left };
}

const away = new Error('the database is away');

test('what may stay is known as it is now', async () => {
  const { connection, recheck } = changed({ ...unitOf('a'), name: 'Renamed' });
  await recheck();
  expect([connection.destroyed, connection.sender.unit.name]).toEqual([false, 'Renamed']);
});

test.each<[string, LiveUnit | undefined]>([
  ['is gone', undefined],
  ['has an owner who is locked', { ...unitOf('a'), isOwnerLocked: true }],
  ['has another security level', { ...unitOf('a'), security: 'sealed' }],
  ['has other keys', { ...unitOf('a'), keys: { ...unitOf('a').keys, generation: 2 } }],
])('a unit that %s is cut off, also when the database was away at first', async (_what, unit) => {
  const { connection, recheck } = changed(away, away, unit);
  await recheck();
  expect(connection.destroyed).toBe(true);
});

test('nothing is looked up for a unit that went away by itself', async () => {
  const { connection, connections, recheck, left } = changed(away, unitOf('a'));
  const checked = recheck();
  connections.remove(connection);
  await checked;
  expect(left).toHaveLength(1);
});
