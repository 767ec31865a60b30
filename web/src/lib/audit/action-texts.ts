import { m } from '#lib/paraglide/messages.js';
import type { Api } from '../../../../server/contract.ts';

type Contracts = { [K in keyof Api]: Api[K] extends { audit: { action: infer A extends string } } ? A : never };
/** Those of the contracts, and what the instance does by itself. */
type Action = Contracts[keyof Api] | 'link.cut';

const actionTexts: Record<Action, () => string> = {
  'command.cancel': m.audit_action_command_cancel,
  'command.order': m.audit_action_command_order,
  'endpoint.change': m.audit_action_endpoint_change,
  'endpoint.delete': m.audit_action_endpoint_delete,
  'endpoint.secret': m.audit_action_endpoint_secret,
  'endpoint.variable': m.audit_action_endpoint_variable,
  'grant.give': m.audit_action_grant_give,
  'grant.revoke': m.audit_action_grant_revoke,
  'invite.make': m.audit_action_invite_make,
  'invite.withdraw': m.audit_action_invite_withdraw,
  'link.change': m.audit_action_link_change,
  'link.cut': m.audit_action_link_cut,
  'link.delete': m.audit_action_link_delete,
  'link.make': m.audit_action_link_make,
  'request.answer': m.audit_action_request_answer,
  'request.make': m.audit_action_request_make,
  'request.withdraw': m.audit_action_request_withdraw,
  'session.end': m.audit_action_session_end,
  'session.end-all': m.audit_action_session_end_all,
  'template.change': m.audit_action_template_change,
  'template.delete': m.audit_action_template_delete,
  'template.import': m.audit_action_template_import,
  'template.make': m.audit_action_template_make,
  'token.make': m.audit_action_token_make,
  'token.revoke': m.audit_action_token_revoke,
  'unit.change': m.audit_action_unit_change,
  'unit.command': m.audit_action_unit_command,
  'unit.delete': m.audit_action_unit_delete,
  'unit.endpoint': m.audit_action_unit_endpoint,
  'unit.env': m.audit_action_unit_env,
  'unit.keys': m.audit_action_unit_keys,
  'unit.make': m.audit_action_unit_make,
  'unit.schema': m.audit_action_unit_schema,
  'unit.settings': m.audit_action_unit_settings,
  'unit.update': m.audit_action_unit_update,
  'update.cancel': m.audit_action_update_cancel,
  'update.order': m.audit_action_update_order,
  'user.change': m.audit_action_user_change,
  'user.delete': m.audit_action_user_delete,
  'user.password': m.audit_action_user_password,
  'user.register': m.audit_action_user_register,
  'user.setup': m.audit_action_user_setup,
  'user.sign-in': m.audit_action_user_sign_in,
  'variable.change': m.audit_action_variable_change,
};

/** What was done, in words; one of another version of the instance stands as it is. */
export const actionText = (action: string): string => (isKnown(action) ? actionTexts[action]() : action);

const isKnown = (action: string): action is Action => Object.hasOwn(actionTexts, action);
