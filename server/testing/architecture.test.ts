import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { api } from '../contract.ts';
import { circles, type SourceFile, sourceFiles } from './source-files.ts';

const server = sourceFiles('server/**/*.ts');
const isTest = (path: string) => path.endsWith('.test.ts') || path.startsWith('server/testing/');
/** What only tests import is a test's; a file that nobody imports (a program of its own) is not. */
const importers = Map.groupBy(
  server.flatMap(({ path, imports }) => imports.map(({ to }) => ({ from: path, to }))),
  ({ to }) => to,
);
const isForTests = (path: string): boolean => {
  const by = importers.get(path) ?? [];
  return isTest(path) || (by.length > 0 && by.every(({ from }) => isForTests(from)));
};
const program = server.filter(({ path }) => !isForTests(path));

/** From the outside in: a file imports from its own layer or further in. What is in no layer is a feature. */
const layers = ['main', 'instance', 'door', 'feature', 'journal', 'base'] as const;
const layerOf: Record<string, (typeof layers)[number]> = {
  'main.ts': 'main',
  'instance.ts': 'instance',
  'doors.ts': 'instance',
  'app.ts': 'instance',
  'features.ts': 'instance',
  http: 'door',
  mqtt: 'door',
  journal: 'journal',
  database: 'base',
  'errors.ts': 'base',
  'log.ts': 'base',
  'config.ts': 'base',
  'secrets.ts': 'base',
  'instance-key.ts': 'base',
  'network.ts': 'base',
  'outgoing.ts': 'base',
  'outgoing-error.ts': 'base',
  'buckets.ts': 'base',
};

/** Shared words: whoever needs them imports them. They import nothing but base files and one another. */
const vocabulary = [
  /^server\/(\w+\/)*contract\.ts$/,
  /^server\/access\.ts$/,
  /^server\/users\/caller\.ts$/,
  /^server\/variables\/definition\.ts$/,
  // How routes are written, and how a device's payload is sealed; neither knows of its door.
  /^server\/http\/(router|body)\.ts$/,
  /^server\/mqtt\/envelope(-aead)?\.ts$/,
];
const isVocabulary = (path: string) => vocabulary.some((word) => word.test(path));

const partOf = (path: string) => path.split('/')[1] ?? '';
const layer = (path: string) => layerOf[partOf(path)] ?? 'feature';
const isOurs = (path: string) => path.startsWith('server/');
const mainFile = (path: string) => path === `server/${partOf(path)}/${partOf(path)}.ts`;
const crossing = program.flatMap(({ path, imports }) =>
  imports.filter(({ to }) => isOurs(to) && partOf(to) !== partOf(path)).map(({ to }) => ({ from: path, to })),
);
const shown = ({ from, to }: { from: string; to: string }) => `${from} imports ${to}`;

describe('imports', () => {
  test('are found at all', () => {
    expect(program.length).toBeGreaterThan(100);
    expect(crossing.map(shown)).toContain('server/main.ts imports server/instance.ts');
  });

  test('go inwards: main → instance → doors → features → journal → base', () => {
    const outward = crossing.filter(
      ({ from, to }) => !isVocabulary(to) && layers.indexOf(layer(to)) < layers.indexOf(layer(from)),
    );
    expect(outward.map(shown)).toEqual([]);
  });

  test('of another part are its main file or its contract, unless it is the composition root that builds it', () => {
    const intoParts = crossing.filter(
      ({ from, to }) => ['door', 'feature', 'journal'].includes(layer(to)) && layer(from) !== 'instance',
    );
    expect(intoParts.filter(({ to }) => !isVocabulary(to) && !mainFile(to)).map(shown)).toEqual([]);
  });

  test('are never another part’s store', () => {
    const stores = crossing.filter(({ to }) => /\/(\w+-)?store\.ts$/.test(to));
    expect(stores.map(shown)).toEqual([]);
  });

  test('of shared words are shared words and base files', () => {
    const foreign = program
      .filter(({ path }) => isVocabulary(path))
      .flatMap(({ path, imports }) => imports.map(({ to }) => ({ from: path, to })))
      .filter(({ to }) => isOurs(to) && !isVocabulary(to) && layer(to) !== 'base');
    expect(foreign.map(shown)).toEqual([]);
  });

  test('of the configuration are those of main, the composition root and its doors: it is passed down', () => {
    const by = importers.get('server/config.ts')?.map(({ from }) => from) ?? [];
    expect(by.filter((path) => !isForTests(path)).sort()).toEqual([
      'server/app.ts',
      'server/doors.ts',
      'server/features.ts',
      'server/instance.ts',
      'server/main.ts',
    ]);
  });

  // Those of types count too: they are gone at run time, but not for whoever wants to understand one file without the other.
  test('have no circles between files', () => {
    const edges = new Map(program.map(({ path, imports }) => [path, new Set(imports.map(({ to }) => to))]));
    expect(circles(edges)).toEqual([]);
  });

  test('have no circles between features', () => {
    const between = crossing.filter(({ from, to }) => layer(from) === 'feature' && layer(to) === 'feature');
    const real = between.filter(({ from, to }) => !isVocabulary(to) && !isVocabulary(from));
    const edges = Map.groupBy(real, ({ from }) => partOf(from));
    const parts = [...edges].map(([part, all]) => [part, new Set(all.map(({ to }) => partOf(to)))] as const);
    expect(circles(new Map(parts))).toEqual([]);
  });

  test('of the federation library are none of the server’s', () => {
    const foreign = sourceFiles('federation/**/*.ts').flatMap(({ path, imports }) =>
      imports.filter(({ to }) => isOurs(to) && !path.endsWith('.test.ts')).map(({ to }) => ({ from: path, to })),
    );
    expect(foreign.map(shown)).toEqual([]);
  });

  test('of the web from the server are types, from contracts', () => {
    const pages = sourceFiles('web/src/**/*.{ts,svelte}').filter(({ path }) => !path.endsWith('.test.ts'));
    const fromServer = pages.flatMap(({ path, imports }) =>
      imports.filter(({ to }) => isOurs(to)).map(({ to, isType }) => ({ from: path, to, isType })),
    );
    expect(fromServer.length).toBeGreaterThan(0);
    expect(fromServer.filter(({ to, isType }) => !isType || !to.endsWith('/contract.ts')).map(shown)).toEqual([]);
  });
});

describe('files', () => {
  const everything = [
    ...server,
    ...['federation', 'bench', 'cli', 'deploy', 'web'].flatMap((top) => sourceFiles(`${top}/**/*.ts`)),
  ];

  test('read the environment in main alone', () => {
    const readers = program.filter(({ text }) => /process\.env\b|\bimport\.meta\.env\b/.test(text));
    expect(readers.map(({ path }) => path)).toEqual(['server/main.ts']);
  });

  test('have no default exports', () => {
    const isDefault = ({ tree }: SourceFile) =>
      tree.statements.some((statement) => ts.isExportAssignment(statement) || hasDefaultKeyword(statement));
    expect(program.filter(isDefault).map(({ path }) => path)).toEqual([]);
  });

  test('have names that say something', () => {
    const nameless = /(^|\/)(index|utils?|helpers?|common|types|misc|shared)(\/|\.)/;
    expect(everything.map(({ path }) => path).filter((path) => nameless.test(path))).toEqual([]);
  });

  test('have 250 lines at most', () => {
    const long = everything.filter(({ text }) => text.split('\n').length > 251);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('have no classes but errors', () => {
    const classes = program.flatMap(({ path, tree }) =>
      tree.statements.filter(ts.isClassDeclaration).map((one) => ({ path, parent: parentOf(one) })),
    );
    expect(classes.length).toBeGreaterThan(0);
    expect(classes.filter(({ parent }) => !parent.endsWith('Error'))).toEqual([]);
  });
});

describe('routes', () => {
  test('declare who may call them', () => {
    const levels = ['anyone', 'read', 'write', 'session', 'administrator', 'unit'];
    const undeclared = Object.entries(api).filter(([, { access }]) => !levels.includes(access));
    expect(undeclared).toEqual([]);
  });

  test('are all in the one contract', () => {
    const keys = program
      .filter(({ path }) => path.endsWith('/contract.ts'))
      .flatMap(({ text }) => [...text.matchAll(/'((?:GET|POST|PUT|PATCH|DELETE) \/[^']*)':/g)].map(([, key]) => key));
    expect(keys.toSorted()).toEqual(Object.keys(api).toSorted());
  });
});

function hasDefaultKeyword(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) ?? false;
}

const parentOf = (declaration: ts.ClassDeclaration) => declaration.heritageClauses?.[0]?.types[0]?.getText() ?? '';
