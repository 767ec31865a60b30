import { expect, test } from 'vitest';
import type { Unit } from './unit.ts';
import { matches, unitRows } from './unit-rows.ts';

const sector = (id: string, path: string, parent: string | null = null) => ({ id, path, parent, name: id });
const unit = (name: string, sectorId: string | null, more: Partial<Unit> = {}): Unit => ({
  ...{ id: name, name, owner: 'ada', owned: true, kind: 'physical', simulation: null, direction: 'tx' },
  ...{ sector: sectorId, address: `ada:/home/${name}`, security: 'sealed', visibility: 'private', presence: 'never' },
  ...{ lastSeenAt: null, createdAt: '2026-01-01T00:00:00.000Z', variables: [] },
  ...more,
});

const sectors = [sector('home', '/home'), sector('yard', '/home/yard', 'home'), sector('attic', '/attic')];
const shown = (units: Unit[]) =>
  unitRows(sectors, units, 'en').map((row) =>
    row.kind === 'unit' ? `  ${row.unit.name}` : `${row.sector?.path ?? 'none'} ${row.count}`,
  );

test('units stand under their sectors by name, as people count; those in none come last', () => {
  expect(shown([unit('b10', 'yard'), unit('b9', 'yard'), unit('x', null), unit('lost', 'gone')])).toEqual([
    '/home/yard 2',
    '  b9',
    '  b10',
    '/attic 0',
    'none 2',
    '  lost',
    '  x',
  ]);
});

test('a sector that only holds sectors has no heading of its own, until a unit is in it', () => {
  expect(shown([unit('a', 'home')]).slice(0, 2)).toEqual(['/home 1', '  a']);
});

test('a unit is found by all the words together: its name, its address, what its variables are called', () => {
  const variable = { name: 'temperature', definition: { title: 'Air' } } as Unit['variables'][number];
  const greenhouse = unit('Greenhouse', null, { variables: [variable] });
  expect(['green', 'HOME air', 'temp  house', 'ada:/'].every((typed) => matches(greenhouse, typed))).toBe(true);
  expect(matches(greenhouse, 'green lamp')).toBe(false);
});
