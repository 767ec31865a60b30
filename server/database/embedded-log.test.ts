import fc from 'fast-check';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createLogReader, readLogLine } from './embedded-log.ts';

test.each([
  ['checkpointer|42|LOG:  checkpoint starting: time', 'debug'],
  ['autovacuum worker|42|WARNING:  skipping vacuum', 'warn'],
  ['checkpointer|42|ERROR:  could not write: No space left on device', 'error'],
  ['postmaster|42|FATAL:  could not load hba', 'error'],
  ['client backend|42|ERROR:  duplicate key value', 'debug'],
  ['client backend|42|FATAL:  sorry, too many clients already', 'debug'],
  ['client backend|42|PANIC:  could not write to log file', 'fatal'],
])('%s has level %s', (line, level) => {
  expect(readLogLine(line)).toMatchObject({ level, pid: 42, backend: line.split('|')[0] });
});

test('any text is read without losing its words', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { message } = readLogLine(text);
      expect(text).toContain(message.replace(/^[a-z]+: /, ''));
    }),
  );
});

test('details keep the level of their entry, complaints are remembered, blank lines are not', () => {
  const written: { level: number; msg: string }[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(JSON.parse(line)) });
  const reader = createLogReader(log);
  reader.read('error while loading shared libraries');
  reader.read('postmaster|1|LOG:  starting');
  reader.read('\tsecond line of it');
  reader.read('postmaster|1|FATAL:  data directory has wrong ownership');
  reader.read('postmaster|1|HINT:  The server must be started by its owner.');
  reader.read('');
  expect(written.map(({ level, msg }) => [level, msg])).toEqual([
    [50, 'error while loading shared libraries'],
    [20, 'starting'],
    [20, 'second line of it'],
    [50, 'data directory has wrong ownership'],
    [50, 'hint: The server must be started by its owner.'],
  ]);
  expect(reader.complaints()).toBe(
    'error while loading shared libraries data directory has wrong ownership hint: The server must be started by its owner.',
  );
});
