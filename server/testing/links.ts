import type { ApiInput, ApiReply } from '../contract.ts';
import type { TestClient } from './client.ts';
import { type Unit, unitsOf } from './units.ts';

export type Link = ApiReply<'POST /api/links'>;
type Settings = Partial<Omit<ApiInput<'POST /api/links'>['body'], 'output' | 'input'>>;

/** Has every type, both ways. */
const linkSchema = {
  input_variables: {
    lamp: { type: 'boolean' },
    level: { type: 'number', minimum: 0, maximum: 100 },
    sign: { type: 'string', maxLength: 40 },
  },
  output_variables: {
    switch: { type: 'boolean' },
    temperature: { type: 'number' },
    door: { type: 'string' },
  },
};

/** What tests do with the units of one owner and the links between them. */
export function graphOf(owner: TestClient) {
  const units = unitsOf(owner, linkSchema);
  return {
    ...units,

    /** @param from `unit`, `output`; @param to `unit`, `input` */
    link: (from: [Unit, string], to: [Unit, string], settings: Settings = {}): Promise<Link> =>
      owner.call('POST /api/links', {
        body: { output: units.variableOf(...from), input: units.variableOf(...to), ...settings },
      }),

    show: ({ id }: Pick<Link, 'id'>): Promise<Link> => owner.call('GET /api/links/:id', { params: { id } }),

    change: ({ id }: Pick<Link, 'id'>, body: Partial<Settings>): Promise<Link> =>
      owner.call('PATCH /api/links/:id', { params: { id }, body }),

    events: ({ id }: Pick<Link, 'id'>) => owner.call('GET /api/links/:id/events', { params: { id } }),
  };
}
