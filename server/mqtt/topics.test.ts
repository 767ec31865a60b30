import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandTopic, inputTopic, maySubscribe, readTopic, throttledTopic, worldTopic } from './topics.ts';

const uuid = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e';
const other = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0f';
const own = `unit/${uuid}`;
const anyUuid = fc.uuid();
const anyName = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((name) => !/[/+#]/.test(name) && !name.includes('\0'));

describe('what a device may publish', () => {
  test.each([
    ['status', { uuid, kind: 'status' }],
    ['state', { uuid, kind: 'state' }],
    ['output', { uuid, kind: 'outputs' }],
    ['output/Темп 1', { uuid, kind: 'output', name: 'Темп 1' }],
    ['output/status', { uuid, kind: 'output', name: 'status' }],
    ['receipt', { uuid, kind: 'receipt' }],
    ['log', { uuid, kind: 'log' }],
  ])('%s', (rest, read) => expect(readTopic(`${own}/${rest}`)).toEqual(read));

  test.each([
    '',
    'unit',
    own,
    `${own}/`,
    `/${own}/status`,
    `${own}/output/`,
    `${own}/output/a/b`,
    `${own}/output/a+`,
    `${own}/output/#`,
    `${own}/output/a\0b`,
    `${own}/state/x`,
    `${own}/status/`,
    `${own}/status\n`,
    `${own}/Status`,
    `${own}/input/lamp`,
    `${own}/world`,
    `${own}/command`,
    `${own}/throttled`,
    `${own}/constructor`,
    `unit/${uuid.toUpperCase()}/status`,
    `unit/${uuid}0/status`,
    '$SYS/broker',
    `$share/g/${own}/status`,
  ])('refused: %j', (topic) => expect(readTopic(topic)).toBeUndefined());

  test('any name of any unit is read as it is', () => {
    fc.assert(
      fc.property(anyUuid, anyName, (unit, name) => {
        expect(readTopic(`unit/${unit}/output/${name}`)).toEqual({ uuid: unit, kind: 'output', name });
      }),
    );
  });

  test('what is read is what was written', () => {
    const parts = fc.array(fc.constantFrom('unit', uuid, 'output', 'status', 'log', 'a', '', '+', '#', '$SYS'));
    fc.assert(
      fc.property(parts, (levels) => {
        const topic = levels.join('/');
        const read = readTopic(topic);
        if (read === undefined) return;
        const rest = read.kind === 'output' ? `output/${read.name}` : read.kind === 'outputs' ? 'output' : read.kind;
        expect(`unit/${read.uuid}/${rest}`).toBe(topic);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a device may subscribe to', () => {
  test.each([
    inputTopic(uuid, 'lamp'),
    inputTopic(uuid, 'Лампа 2'),
    inputTopic(uuid, '+'),
    worldTopic(uuid),
    commandTopic(uuid),
    throttledTopic(uuid),
  ])('%s, of its own unit', (filter) => {
    expect(maySubscribe(uuid, filter)).toBe(true);
    expect(maySubscribe(other, filter)).toBe(false);
  });

  test.each([
    '#',
    '+',
    '+/+/+',
    'unit/#',
    'unit/+/world',
    `${own}`,
    `${own}/#`,
    `${own}/+`,
    `${own}/input`,
    `${own}/input/`,
    `${own}/input/#`,
    `${own}/input/a/b`,
    `${own}/input/a+`,
    `${own}/input/a\0`,
    `${own}/world/`,
    `${own}/output/+`,
    `${own}/status`,
    `$share/g/${own}/world`,
    '$SYS/#',
  ])('refused: %j', (filter) => expect(maySubscribe(uuid, filter)).toBe(false));

  test('no topic can be published and subscribed to by one device', () => {
    const rest = fc.array(fc.constantFrom('input', 'output', 'world', 'status', 'command', 'x', '+', ''));
    fc.assert(
      fc.property(rest, (levels) => {
        const topic = [own, ...levels].join('/');
        expect(maySubscribe(uuid, topic) && readTopic(topic) !== undefined).toBe(false);
      }),
    );
  });

  test('any input name may be subscribed to', () => {
    fc.assert(
      fc.property(anyUuid, anyName, (unit, name) => {
        expect(maySubscribe(unit, inputTopic(unit, name))).toBe(true);
      }),
    );
  });
});
