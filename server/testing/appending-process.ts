import { pino } from 'pino';
import { createDatabase } from '../database/connection.ts';
import { createJournal } from '../journal/journal.ts';
import { entryOf, type JournalUnit } from './journal-units.ts';

/** What the process is told as its one argument, in JSON: it appends `base` + 1, `base` + 2 … to each unit, some at a time. */
export type Appending = { connection: object; units: JournalUnit[]; base: number; count: number; atOnce: number };

const { connection, units, base, count, atOnce } = JSON.parse(process.argv[2] ?? '') as Appending;
const log = pino({ level: 'silent' });
const { db, connect, stop } = createDatabase(connection, log);
const journal = createJournal({ db, connect, retentionDays: 400, afterCommit: () => undefined, log });
await journal.start();
for (let value = 1; value <= count; value += atOnce) {
  const numbers = Array.from({ length: Math.min(atOnce, count - value + 1) }, (_, index) => base + value + index);
  await Promise.all(numbers.flatMap((number) => units.map((unit) => journal.append(entryOf(unit, number)))));
}
await journal.stop();
await stop();
