import { roleLabel } from '#lib/account/role-label.ts';
import { scopeLabel } from '#lib/account/scopes.ts';
import { rightLabel } from '#lib/grants/labels.ts';
import { m } from '#lib/paraglide/messages.js';
import { simulationFaces } from '#lib/units/simulation-faces.ts';
import { visibilityLabel } from '#lib/variables/labels.ts';
import type { Act } from './load-acts.ts';

type Words = { label: () => string; values?: Record<string, () => string> };

const [access, visibility, role] = [
  { read: () => rightLabel('read'), write: () => rightLabel('write') },
  Object.fromEntries(
    (['private', 'local', 'trusted', 'public'] as const).map((one) => [one, () => visibilityLabel(one)]),
  ),
  { administrator: () => roleLabel('administrator'), user: () => roleLabel('user') },
];
const scopes = Object.fromEntries(
  (['read', 'write', 'administer'] as const).map((one) => [one, () => scopeLabel(one)]),
);
const simulation = Object.fromEntries(Object.entries(simulationFaces).map(([one, { name }]) => [one, name]));
const security = { sealed: m.security_sealed, token: m.security_token };
const auth = { none: m.audit_auth_none, token: m.audit_auth_token, hmac: m.audit_auth_hmac };
const whys = {
  'output-not-readable': m.audit_why_output_not_readable,
  'input-not-writable': m.audit_why_input_not_writable,
  'account-locked': m.audit_why_account_locked,
};
const policies = {
  'every value': m.variable_policy_every,
  'on change': m.variable_policy_change,
  deadband: m.variable_policy_deadband,
};

/** The parts of what was asked for that mean something to people; values without words stand as they are. */
const detailTexts: Record<string, Words> = {
  access: { label: m.audit_detail_access, values: access },
  address: { label: m.audit_detail_address },
  auth: { label: m.audit_detail_auth, values: auth },
  code: { label: m.audit_detail_code },
  command: { label: m.audit_detail_command },
  days: { label: m.audit_detail_days },
  deadband: { label: m.audit_detail_deadband },
  enabled: { label: m.audit_detail_enabled },
  granted: { label: m.audit_detail_granted },
  locked: { label: m.audit_detail_locked },
  name: { label: m.audit_detail_name },
  needsTimestamp: { label: m.audit_detail_needs_timestamp },
  note: { label: m.audit_detail_note },
  overTheAir: { label: m.audit_detail_over_the_air },
  role: { label: m.audit_detail_role, values: role },
  scopes: { label: m.audit_detail_scopes, values: scopes },
  security: { label: m.audit_detail_security, values: security },
  simulation: { label: m.audit_detail_simulation, values: simulation },
  staged: { label: m.audit_detail_staged },
  status: { label: m.audit_detail_status },
  type: { label: m.audit_detail_type },
  unit: { label: m.audit_detail_unit },
  user: { label: m.audit_detail_user },
  visibility: { label: m.audit_detail_visibility, values: visibility },
  why: { label: m.audit_detail_why, values: whys },
  writePolicy: { label: m.audit_detail_write_policy, values: policies },
};

/** What was asked for, as "visible to: Everybody"; what was left out or emptied says nothing, as does the name of the object. */
export function detailLines({ detail, object }: Pick<Act, 'detail' | 'object'>): string[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    const words = detailTexts[name];
    if (!words || value === null || value === '' || value === object.name) return [];
    const texts = (Array.isArray(value) ? value : [value]).map((one) => said(one, words));
    return `${words.label()}: ${texts.join(', ')}`;
  });
}

function said(value: unknown, { values }: Words): string {
  if (value === true) return m.audit_yes();
  if (value === false) return m.audit_no();
  return values?.[String(value)]?.() ?? String(value);
}
