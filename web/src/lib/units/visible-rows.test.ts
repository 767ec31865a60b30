import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleRows } from './visible-rows.ts';

test('every row in sight is rendered, and not many more, however long the list', () => {
  fc.assert(
    fc.property(
      fc.record({ count: fc.nat(5_000), rowHeight: fc.integer({ min: 20, max: 100 }) }),
      fc.integer({ min: -600_000, max: 2_000 }),
      fc.integer({ min: 200, max: 3_000 }),
      (list, top, height) => {
        const { first, end } = visibleRows(list, top, height);
        for (let row = 0; row < list.count; row++) {
          const begin = top + row * list.rowHeight;
          const inSight = begin < height && begin + list.rowHeight > 0;
          if (inSight && !(row >= first && row < end)) expect.fail(`row ${row} is missing`);
        }
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / list.rowHeight) + 18);
        expect(first >= 0 && end <= list.count).toBe(true);
      },
    ),
  );
});
