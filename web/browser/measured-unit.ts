import { type Sample, storeSamples } from '../../server/history/testing.ts';
import type { TestClient } from '../../server/testing/client.ts';
import type { TestInstance } from '../../server/testing/instance.ts';

const minute = 60_000;
const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: {
    temperature: { type: 'number', title: 'Air temperature', unit: 'Cel', minimum: -40, maximum: 85, interval: 60 },
    door: { type: 'string', enum: ['open', 'closed'] },
  },
};

/** A unit with an input and two outputs, for a device with a token. `store` puts values into an output's history. */
export async function measuredUnit(
  croft: TestInstance,
  owner: TestClient,
  name: string,
  visibility: 'private' | 'local' | 'public',
) {
  const unit = await owner.call('POST /api/units', { body: { name, schema, visibility, security: 'token' } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const idOf = (variable: string) => unit.variables.find((one) => one.name === variable)?.id ?? '';
  return {
    ...unit,
    env,
    idOf,
    store: async (variable: string, samples: readonly Sample[]): Promise<void> => {
      const stored = croft.db.selectFrom('variables').select('id').where('uuid', '=', idOf(variable));
      await storeSamples(croft.db, (await stored.executeTakeFirstOrThrow()).id, samples);
    },
  };
}

/** Most of a day of values up to now, one a minute, between 10 and 20. */
export const aDay = (now: number): Sample[] =>
  Array.from({ length: 1400 }, (_, n) => [now - (n + 1) * minute, 15 + 5 * Math.sin(n / 120)]);
