import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { LiveVariable } from '../directory/directory.ts';
import { connectionOf } from '../testing/connection.ts';
import { type Connection, createConnections } from './connections.ts';

const inputOf = (id: number, name: string): LiveVariable => ({
  id,
  uuid: name,
  name,
  direction: 'input',
  type: undefined,
  check: () => undefined,
  policy: 'every value',
  deadband: 0,
  last: undefined,
});
const quiet = { inputSent: () => undefined, inputConfirmed: () => undefined, commandSent: () => undefined };

type Step = { unit: string; open: boolean; which: number };
const steps = fc.array(fc.record({ unit: fc.constantFrom('a', 'b'), open: fc.boolean(), which: fc.nat({ max: 9 }) }), {
  maxLength: 60,
});

describe('who is connected', () => {
  test('is right whatever the order in which old connections end and new ones begin', () => {
    fc.assert(
      fc.property(steps, (history: Step[]) => {
        const connections = createConnections(quiet);
        const open = { a: [] as Connection[], b: [] as Connection[] };
        for (const { unit, open: isOpening, which } of history) {
          const mine = open[unit as 'a' | 'b'];
          if (isOpening) {
            mine.push(connectionOf(unit));
            connections.add(mine.at(-1) as Connection);
          } else if (mine.length > 0) {
            const [ended] = mine.splice(which % mine.length, 1);
            const wasLast = connections.remove(ended as Connection);
            expect(wasLast).toBe(mine.length === 0);
            expect(connections.remove(ended as Connection)).toBe(false);
          }
          for (const name of ['a', 'b'] as const) {
            expect(connections.has(name)).toBe(open[name].length > 0);
            expect([...connections.of(name)]).toEqual(open[name]);
          }
        }
      }),
    );
  });
});

describe('sending', () => {
  test('a device that leaves 256 KiB unread is cut off instead of filling memory', () => {
    const connections = createConnections(quiet);
    const connection = connectionOf('a');
    connection.socket.writableLength = 256 * 1024 + 1;
    connections.sendWorld(connection);
    expect(connection.destroyed).toBe(true);
  });

  test('a device whose reserved numbers are used up is cut off; it gets new ones when it is back', () => {
    const connections = createConnections(quiet);
    const connection = connectionOf('a');
    connection.sender.unit.security = 'sealed';
    connections.sendWorld(connection);
    expect([connection.downSeq, connection.destroyed]).toEqual([1, false]);
    connections.sendWorld(connection);
    expect([connection.downSeq, connection.destroyed]).toEqual([1, true]);
  });

  test('an acknowledgement confirms the one message it belongs to, once', () => {
    const confirmed: string[] = [];
    const connections = createConnections({ ...quiet, inputConfirmed: (_unit, { name }) => confirmed.push(name) });
    const connection = connectionOf('a');
    connection.subscribed.add('+');
    connections.sendInput(connection, inputOf(1, 'lamp'), { at: 1, value: true });
    connections.sendInput(connection, inputOf(2, 'level'), { at: 2, value: 1 });
    for (const messageId of [2, 2, 3, 1]) connections.acknowledge(connection, messageId);
    expect(confirmed).toEqual(['level', 'lamp']);
  });

  test('a command that is given while what waits is looked up goes out once, and again to a new subscription', () => {
    const connections = createConnections(quiet);
    const connection = connectionOf('a');
    const write = vi.spyOn(connection.socket, 'write');
    connections.add(connection);
    const send = (uuid: string) => connections.sendCommand('a', { uuid, command: 'log', args: [] });
    send('one');
    expect(write).toHaveBeenCalledTimes(0);
    connection.hearsCommands = true;
    for (const uuid of ['one', 'one', 'two', 'one']) send(uuid);
    expect(write).toHaveBeenCalledTimes(2);
    for (let count = 0; count < 50; count++) send(`later ${count}`);
    expect(connection.commandsSent.size).toBe(50);
    connection.commandsSent.clear();
    send('one');
    expect(write).toHaveBeenCalledTimes(53);
  });

  test('what is current is sent again to a new subscription, and nothing older after it', () => {
    const sent: number[] = [];
    const connections = createConnections({ ...quiet, inputSent: (_input, at) => sent.push(at) });
    const connection = connectionOf('a');
    connection.subscribed.add('+');
    const lamp = { ...inputOf(1, 'lamp'), last: { at: 2, value: true } };
    connection.sender.unit.inputs.set('lamp', lamp);
    connections.sendCurrent(connection, () => true);
    connections.sendInput(connection, lamp, { at: 1, value: false });
    connections.sendCurrent(connection, () => true);
    connections.sendInput(connection, lamp, { at: 3, value: false });
    expect(sent).toEqual([2, 2, 3]);
  });
});
