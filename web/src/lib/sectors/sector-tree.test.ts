import { expect, test } from 'vitest';
import { type PlacedUnit, sectorTree } from './sector-tree.ts';

const sector = (id: string, name: string, parent: string | null = null) => ({ id, name, parent, path: `/${name}` });
const unit = (id: string, name: string, place: string | null): PlacedUnit => ({
  id,
  name,
  sector: place,
  presence: 'online',
});

test('children stand under their parents, each level by name as people count', () => {
  const tree = sectorTree(
    [sector('2', 'Shed 10', '1'), sector('3', 'Shed 9', '1'), sector('1', 'Yard'), sector('4', 'Attic')],
    [unit('u', 'Lamp', '3'), unit('v', 'Alarm', '3'), unit('w', 'Loose', null)],
    'en',
  );
  expect(tree.sectors.map(({ name }) => name)).toEqual(['Attic', 'Yard']);
  expect(tree.sectors[1]?.sectors.map(({ name }) => name)).toEqual(['Shed 9', 'Shed 10']);
  expect(tree.sectors[1]?.sectors[0]?.units.map(({ name }) => name)).toEqual(['Alarm', 'Lamp']);
  expect(tree.units.map(({ name }) => name)).toEqual(['Loose']);
});

test('what names a sector that is gone is not lost', () => {
  const tree = sectorTree([sector('1', 'Orphan', 'gone')], [unit('u', 'Lamp', 'gone')], 'en');
  expect([tree.sectors.length, tree.units.length]).toEqual([1, 1]);
});
