import { m } from '#lib/paraglide/messages.js';

type Text = { title: () => string; advice: () => string };

const credentials: Record<string, Text> = {
  'old-key': { title: m.refusal_old_key, advice: m.refusal_old_key_advice },
  'bad-proof': { title: m.refusal_bad_proof, advice: m.refusal_bad_proof_advice },
  'replayed-proof': { title: m.refusal_replayed_proof, advice: m.refusal_replayed_proof_advice },
  'bad-token': { title: m.refusal_bad_token, advice: m.refusal_bad_token_advice },
  'bad-client-id': { title: m.refusal_bad_client_id, advice: m.refusal_bad_client_id_advice },
  'wrong-security': { title: m.refusal_wrong_security, advice: m.refusal_wrong_security_advice },
  'foreign-will': { title: m.refusal_foreign_will, advice: m.refusal_foreign_will_advice },
  'restart-needed': { title: m.refusal_restart_needed, advice: m.refusal_restart_needed_advice },
  'owner-locked': { title: m.refusal_owner_locked, advice: m.refusal_owner_locked_advice },
  simulated: { title: m.refusal_simulated, advice: m.refusal_simulated_advice },
};

const envelopes: Record<string, Text> = {
  'bad-envelope-malformed': { title: m.refusal_envelope_malformed, advice: m.refusal_envelope_malformed_advice },
  'bad-envelope-profile': { title: m.refusal_envelope_profile, advice: m.refusal_envelope_profile_advice },
  'bad-envelope-direction': { title: m.refusal_envelope_direction, advice: m.refusal_envelope_direction_advice },
  'bad-envelope-seal': { title: m.refusal_envelope_seal, advice: m.refusal_envelope_seal_advice },
  replay: { title: m.refusal_replay, advice: m.refusal_replay_advice },
};

const contents: Record<string, Text> = {
  'bad-value': { title: m.refusal_bad_value, advice: m.refusal_bad_value_advice },
  'bad-values-in-pack': { title: m.refusal_bad_values_in_pack, advice: m.refusal_bad_value_advice },
  'not-json': { title: m.refusal_not_json, advice: m.refusal_not_json_advice },
  'bad-pack': { title: m.refusal_bad_pack, advice: m.refusal_bad_pack_advice },
  'bad-state': { title: m.refusal_bad_state, advice: m.refusal_bad_state_advice },
  'bad-log': { title: m.refusal_bad_log, advice: m.refusal_bad_log_advice },
  'bad-receipt': { title: m.refusal_bad_receipt, advice: m.refusal_bad_receipt_advice },
  'unknown-receipt': { title: m.refusal_unknown_receipt, advice: m.refusal_unknown_receipt_advice },
};

const ways: Record<string, Text> = {
  'foreign-topic': { title: m.refusal_foreign_topic, advice: m.refusal_foreign_topic_advice },
  'foreign-subscription': { title: m.refusal_foreign_subscription, advice: m.refusal_foreign_subscription_advice },
  'too-large': { title: m.refusal_too_large, advice: m.refusal_too_large_advice },
  'too-fast': { title: m.refusal_too_fast, advice: m.refusal_too_fast_advice },
  'qos-2': { title: m.refusal_qos_2, advice: m.refusal_qos_2_advice },
};

const submissions: Record<string, Text> = {
  'submission-credentials': {
    title: m.refusal_submission_credentials,
    advice: m.refusal_submission_credentials_advice,
  },
  'submission-too-fast': { title: m.refusal_submission_too_fast, advice: m.refusal_submission_too_fast_advice },
  'submission-unread': { title: m.refusal_submission_unread, advice: m.refusal_submission_unread_advice },
};

const links: Record<string, Text> = {
  'link-refused': { title: m.refusal_link_refused, advice: m.refusal_link_refused_advice },
  'link-cut': { title: m.refusal_link_cut, advice: m.refusal_link_cut_advice },
  loop: { title: m.refusal_loop, advice: m.refusal_loop_advice },
};

const texts = new Map(Object.entries({ ...credentials, ...envelopes, ...contents, ...ways, ...links, ...submissions }));

/** Why something of a unit was refused, and what to try; a reason that is newer than this page stands as its code. */
export function refusalText(reason: string): { title: string; advice: string | undefined } {
  const text = texts.get(reason);
  return { title: text?.title() ?? reason, advice: text?.advice() };
}
