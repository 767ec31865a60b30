import { expect, test } from 'vitest';
import type { Unit } from '#lib/units/unit.ts';
import { type Destination, foundDestinations, matching, ownDestinations } from './destination.ts';

const unit = (name: string, address: string, owned = true) =>
  ({
    ...{ id: name, name, address, owned },
    variables: [{ id: `${name}-power`, name: 'power', definition: { title: 'Power used' } }],
  }) as Unit;

const all = ownDestinations({
  sectors: [{ id: '1', name: 'Back yard', parent: null, path: '/home/Back yard' }],
  units: [unit('Alarm', 'ada:/home/Back yard/Wood Shed/Alarm'), unit('Söuna stove', 'ada:/home/Stove')],
});
const labels = (found: Destination[]) => found.map(({ label }) => label);
const find = (typed: string) => labels(matching(all, typed));

test('what is there is found by its name, or by where it is', () => {
  expect(all.map(({ href }) => href)).toEqual([
    ...['/units/Alarm', '/units/Söuna stove', '/sectors/home/Back%20yard'],
    ...['/variables/Alarm-power', '/variables/Söuna stove-power'],
  ]);
  expect(find('wood alarm')).toEqual(['Alarm', 'Power used']);
  expect(find('SOUNA')).toEqual(['Söuna stove']);
  expect(find('back')).toEqual(['Back yard', 'Alarm', 'Power used']);
  expect(find('ada')).toEqual([]);
  expect(find('nothing')).toEqual([]);
});

test('a name that begins with what was typed comes first, and of each kind there are a few', () => {
  const units = ['My lamp', 'Lamp 2', 'lamp', ...Array.from({ length: 9 }, (_, n) => `A lamp ${n}`)];
  const found = matching(
    ownDestinations({ sectors: [], units: units.map((name) => unit(name, `a:/${name}`)) }),
    'lamp',
  );
  expect(labels(found).slice(0, 3)).toEqual(['lamp', 'Lamp 2', 'My lamp']);
  expect(found.filter(({ kind }) => kind === 'unit')).toHaveLength(6);
});

test("others' units say whose they are; one's own are found already", () => {
  const found = foundDestinations([unit('Weather', 'bob:/Weather', false), unit('Alarm', 'ada:/Alarm')]);
  expect(found.map(({ label, detail }) => [label, detail])).toEqual([['Weather', 'bob:/Weather']]);
});
