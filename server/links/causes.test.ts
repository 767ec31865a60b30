import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCauses } from './causes.ts';

const note = fc.record({ after: fc.nat(200), unit: fc.constantFrom('a', 'b'), hops: fc.integer({ min: 1, max: 8 }) });

test('the longest chain of the last quarter of a second is the cause, whatever else came', () => {
  fc.assert(
    fc.property(fc.array(note, { maxLength: 60 }), fc.nat(400), (notes, wait) => {
      const causes = createCauses();
      let now = 0;
      const noted: { unit: string; at: number; hops: number }[] = [];
      for (const { after, unit, hops } of notes) {
        now += after;
        causes.note(unit, { at: now, hops, trail: [] });
        noted.push({ unit, at: now, hops });
        if (hops === 8) causes.of(unit, now);
      }
      now += wait;
      for (const unit of ['a', 'b', 'c']) {
        const fresh = noted.filter((one) => one.unit === unit && now - one.at <= 250).map(({ hops }) => hops);
        expect(causes.of(unit, now)?.hops).toBe(fresh.length > 0 ? Math.max(...fresh) : undefined);
      }
    }),
  );
});
