import { expect } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { TestClient } from './client.ts';
import type { Env } from './device.ts';
import { eventually } from './eventually.ts';

export type Unit = ApiReply<'POST /api/units'>;

/** What tests do with units of one owner, all made from one schema. */
export function unitsOf(owner: TestClient, schema: { [name: string]: JsonValue }) {
  let count = 0;
  const variableOf = (unit: Unit, name: string) => unit.variables.find((one) => one.name === name)?.id ?? '';

  /** All stored values of a variable, oldest first: [epoch ms, value]. */
  async function pointsOf(unit: Unit, name: string): Promise<[number, unknown][]> {
    const query = { from: '2019-01-01T00:00:00Z' };
    const params = { id: variableOf(unit, name) };
    const history = await owner.call('GET /api/variables/:id/history', { params, query });
    return (history as unknown as { points: [number, unknown][] }).points;
  }

  const refusalsOf = (unit: Unit) => owner.call('GET /api/units/:id/refusals', { params: { id: unit.id } });

  return {
    variableOf,
    pointsOf,
    refusalsOf,

    async makeUnit(security: 'sealed' | 'token' = 'sealed'): Promise<{ unit: Unit; env: Env }> {
      const unit = await owner.call('POST /api/units', { body: { name: `Unit ${++count}`, schema, security } });
      return { unit, env: await owner.call('GET /api/units/:id/env', { params: { id: unit.id } }) };
    },

    valuesOf: async (unit: Unit, name: string): Promise<unknown[]> =>
      (await pointsOf(unit, name)).map(([, value]) => value),

    setInput: (unit: Unit, name: string, value: JsonValue) =>
      owner.call('PUT /api/variables/:id/value', { params: { id: variableOf(unit, name) }, body: { value } }),

    /** The row of a refusal with this reason, once it is there. */
    refused: (unit: Unit, reason: string) =>
      eventually(async () => {
        const row = (await refusalsOf(unit)).find((one) => one.reason === reason);
        expect(row, reason).toBeDefined();
        return row;
      }),
  };
}
