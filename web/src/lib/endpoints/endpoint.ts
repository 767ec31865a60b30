import type { ApiInput, ApiReply } from '../../../../server/contract.ts';

export type Endpoint = ApiReply<'GET /api/units/:id/endpoints'>[number];
/** With its secret, which is told this once. */
export type MadeEndpoint = ApiReply<'POST /api/units/:id/endpoints'>;
export type Submission = ApiReply<'GET /api/endpoints/:id/submissions'>[number];
export type NewKey = ApiInput<'POST /api/endpoints/:id/variables'>['body'];

/** The keys of submissions, newest first, that the unit could have as outputs and has not yet. */
export function newKeys(submissions: readonly Submission[], outputs: readonly { name: string }[]): NewKey[] {
  const known = new Set(outputs.map(({ name }) => name));
  const found = new Map<string, NewKey>();
  for (const { key, offer } of submissions.flatMap(({ results }) => results)) {
    if (offer && !known.has(key) && !found.has(key)) found.set(key, { name: key, type: offer.type });
  }
  return [...found.values()];
}
