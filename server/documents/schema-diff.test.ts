import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Definition } from '../variables/definition.ts';
import { readSchema } from './schema.ts';
import { diffSchema, directionOf } from './schema-diff.ts';

test.each([
  [{}, 'none'],
  [{ world_state: ['time'], unit_state: ['ip'] }, 'none'],
  [{ input_variables: ['a'] }, 'rx'],
  [{ output_variables: ['a'] }, 'tx'],
  [{ input_variables: ['a'], output_variables: ['a'] }, 'rxtx'],
])('direction of %j is %s', (schema, direction) => expect(directionOf(readSchema(schema))).toBe(direction));

test('added, removed and changed variables, each in its direction', () => {
  const before = readSchema({
    input_variables: ['a', 'b'],
    output_variables: { a: { unit: 'Cel' }, c: { title: 'x', unit: 'm' } },
  });
  const after = readSchema({
    input_variables: ['b', 'd'],
    output_variables: { c: { unit: 'm', title: 'x' }, a: { unit: 'K' } },
  });
  expect(diffSchema(before, after)).toEqual([
    { direction: 'input', name: 'a', change: 'removed', before: {} },
    { direction: 'input', name: 'd', change: 'added', after: {} },
    { direction: 'output', name: 'a', change: 'changed', before: { unit: 'Cel' }, after: { unit: 'K' } },
  ]);
});

test('the changes turn one schema into the other, and none are made of nothing', () => {
  const group = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.constantFrom<Definition>({}, { unit: 'm' }, { enum: [1] }),
  );
  fc.assert(
    fc.property(group, group, (was, is) => {
      const before = readSchema({ output_variables: was });
      const after = readSchema({ output_variables: is });
      const result = new Map(Object.entries(before.outputs));
      for (const change of diffSchema(before, after)) {
        if (change.change === 'removed') result.delete(change.name);
        else result.set(change.name, change.after);
        if (change.change !== 'added') expect(change.before).toEqual(before.outputs[change.name]);
      }
      expect(Object.fromEntries(result)).toEqual(after.outputs);
      expect(diffSchema(after, readSchema({ output_variables: is }))).toEqual([]);
    }),
  );
});
