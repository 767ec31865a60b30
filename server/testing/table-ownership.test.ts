import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sourceFiles, textFile } from './source-files.ts';

/**
 * Who writes which table (rows; the migrations make the tables). Three tables have rows that several parts share, each
 * writing columns of its own: whoever needs a new writer has to say so here.
 */
const writers: Record<string, readonly string[]> = {
  users: ['users/store.ts'],
  sessions: ['users/session-store.ts'],
  api_tokens: ['users/token-store.ts'],
  invites: ['users/invite-store.ts'],
  sectors: ['sectors/store.ts'],
  units: ['units/store.ts'],
  unit_keys: ['units/keys-store.ts'],
  templates: ['templates/store.ts'],
  template_versions: ['templates/versions-store.ts'],
  template_files: ['templates/versions-store.ts'],
  refusals: ['units/refusals-store.ts'],
  commands: ['commands/store.ts'],
  grants: ['grants/store.ts'],
  access_requests: ['grants/requests-store.ts'],
  audit: ['audit/store.ts'],
  links: ['links/store.ts'],
  graph_units: ['graph/store.ts'],
  unit_updates: ['programs/store.ts'],
  endpoints: ['submissions/store.ts'],
  endpoint_signatures: ['submissions/submission-store.ts'],
  // Made when it arrives; the commit of its values is part of the journal's.
  submissions: ['submissions/submission-store.ts', 'journal/store.ts'],
  variables: ['variables/store.ts'],
  events: ['journal/store.ts'],
  // The rest partition of events, which the upkeep empties.
  events_other: ['journal/partitions.ts'],
  unit_log: ['journal/store.ts', 'journal/partitions.ts'],
  journal_writers: ['journal/store.ts'],
  migrations: ['database/migrate.ts'],
  // Made with the unit; replay counters are part of the journal's commit, connect proofs are let in by one statement.
  unit_progress: ['units/store.ts', 'units/keys-store.ts', 'journal/store.ts', 'directory/store.ts'],
  // Made with the variable; values are part of the journal's commit, a device's acknowledgement comes on its own.
  current_values: ['variables/store.ts', 'journal/store.ts', 'directory/store.ts'],
  // Keys and values of several owners.
  instance: ['instance-key.ts', 'journal/store.ts'],
};
/** Partitions have names made at run time. */
const unnamed = ['journal/partitions.ts'];

const isProgram = (path: string) => !path.endsWith('.test.ts') && !/^server\/(testing\/|\w+\/testing\.ts)/.test(path);
const files = sourceFiles('server/**/*.ts').filter(({ path }) => isProgram(path));

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const raw = /\b(?:insert\s+into|merge\s+into|delete\s+from(?:\s+only)?|truncate(?:\s+table)?|copy)\s+(\w+|\$\{)/gi;
const rawUpdate = /\bupdate\s+(?!set\b)(?:only\s+)?(\w+|\$\{)(?:\s+(?:as\s+)?\w+)?\s+set\b/gi;
const built = /\b(?:insertInto|replaceInto|mergeInto|updateTable|deleteFrom)\(\s*(?:'(\w+)|(\w+))/g;

/** The tables a file writes; `…` for one whose name is not in the text. */
function tablesWritten(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const inSql = [...code.matchAll(raw), ...code.matchAll(rawUpdate)].map(([, table = '']) => table);
  const inBuilder = [...code.matchAll(built)].map(([, table]) => (table ? snakeCase(table) : '…'));
  return [...new Set([...inSql.map((table) => (table === '${' ? '…' : table)), ...inBuilder])];
}

const found = files.flatMap(({ path, text }) =>
  tablesWritten(text).map((table) => ({ table, file: path.slice('server/'.length) })),
);

test('every table is written by its owner’s store alone', () => {
  const allowed = (table: string) => (table === '…' ? unnamed : (writers[table] ?? []));
  const foreign = found.filter(({ table, file }) => !allowed(table).includes(file));
  expect(foreign.map(({ table, file }) => `${file} writes ${table}`)).toEqual([]);
});

test('every writer named here does write, and every table has one', () => {
  const named = Object.entries(writers).flatMap(([table, by]) => by.map((file) => `${file} writes ${table}`));
  expect(named.toSorted()).toEqual(
    found
      .filter(({ table }) => table !== '…')
      .map(({ table, file }) => `${file} writes ${table}`)
      .toSorted(),
  );
  const migrations = readdirSync('migrations').map((name) => textFile(`migrations/${name}`));
  const made = migrations.flatMap((text) => [...text.matchAll(/^create table (\w+)/gm)].map(([, table]) => table));
  expect(Object.keys(writers).toSorted()).toEqual([...made, 'migrations'].toSorted());
});

test('writes are recognised in SQL and in the builder', () => {
  expect(tablesWritten("db.insertInto('unitKeys'); tx.deleteFrom('units as u'); db.updateTable(name)")).toEqual([
    'unit_keys',
    'units',
    '…',
  ]);
  expect(
    tablesWritten(`sql\`with x as (DELETE FROM events) update units u set a = 1\`; insert into \${sql.table(t)}`),
  ).toEqual(['events', '…', 'units']);
  expect(tablesWritten('// insert into users\nsql`select a from b for update`; sql`… do update set a = 1`')).toEqual(
    [],
  );
});
