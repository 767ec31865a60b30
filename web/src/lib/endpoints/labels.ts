import { m } from '#lib/paraglide/messages.js';
import type { Endpoint, NewKey, Submission } from './endpoint.ts';

const auths: Record<Endpoint['auth'], () => string> = {
  token: m.endpoint_auth_token,
  hmac: m.endpoint_auth_hmac,
  none: m.endpoint_auth_none,
};
export const authLabel = (auth: Endpoint['auth']): string => auths[auth]();

const outcomes: Record<Submission['outcome'], (isTest: boolean) => string> = {
  stored: (isTest) => (isTest ? m.submission_stored_test() : m.submission_stored()),
  partial: (isTest) => (isTest ? m.submission_partial_test() : m.submission_partial()),
  refused: () => m.submission_refused(),
  kept: () => m.submission_kept(),
  unfinished: () => m.submission_unfinished(),
};
export const outcomeLabel = ({ outcome, isTest }: Submission): string => outcomes[outcome](isTest);

export const outcomeTones = {
  stored: 'ok',
  partial: 'late',
  refused: 'alarm',
  kept: 'neutral',
  unfinished: 'late',
} as const satisfies Record<Submission['outcome'], string>;

type KeyOutcome = Submission['results'][number]['outcome'];
const keyOutcomes: Record<KeyOutcome, (isTest: boolean) => string> = {
  stored: (isTest) => (isTest ? m.submission_key_would() : m.submission_key_stored()),
  unchanged: () => m.submission_key_unchanged(),
  refused: () => m.submission_key_refused(),
  unknown: () => m.submission_key_unknown(),
};
/** What became of a key; of a test, what would have. */
export const keyOutcomeLabel = (outcome: KeyOutcome, isTest: boolean): string => keyOutcomes[outcome](isTest);

const types: Record<NonNullable<NewKey['type']>, () => string> = {
  number: m.endpoint_type_number,
  integer: m.endpoint_type_integer,
  boolean: m.endpoint_type_boolean,
  string: m.endpoint_type_string,
  object: m.endpoint_type_object,
  array: m.endpoint_type_array,
};
export const typeLabel = (type: NewKey['type']): string => (type === null ? m.endpoint_type_any() : types[type]());
