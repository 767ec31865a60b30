/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3). */
export const code = { identifier: 2, unavailable: 3, credentials: 4, notAuthorized: 5 } as const;

/** Why a unit is not let in: what a device over MQTT hears, a stable code, and a text for the owner. */
export type Refused = { returnCode: number; reason: string; detail: string };

export const reasons = {
  unknown: { returnCode: code.credentials, reason: 'unknown', detail: 'no unit has these credentials' },
  locked: { returnCode: code.notAuthorized, reason: 'owner-locked', detail: 'The account of the owner is locked.' },
  simulated: { returnCode: code.notAuthorized, reason: 'simulated', detail: 'This unit is simulated by the instance.' },
  oldKey: {
    returnCode: code.credentials,
    reason: 'old-key',
    detail: 'Connected with a key from before env.json was remade.',
  },
  clientId: {
    returnCode: code.identifier,
    reason: 'bad-client-id',
    detail: 'The MQTT client id has to be the UUID of the unit.',
  },
  badProof: {
    returnCode: code.credentials,
    reason: 'bad-proof',
    detail:
      'The password (over HTTP: Croft-Proof) is no proof made with SECRET_KEY for these boot and connect counters.',
  },
  replayedProof: {
    returnCode: code.credentials,
    reason: 'replayed-proof',
    detail: 'This proof, or a later one, was used before: the boot counter has to rise with each start.',
  },
  exhausted: {
    returnCode: code.unavailable,
    reason: 'restart-needed',
    detail: 'Too many connects within one boot: restart the device.',
  },
  notSealed: {
    returnCode: code.credentials,
    reason: 'wrong-security',
    detail: 'The unit has the security level "token": connect with its UUID and token.',
  },
  notToken: {
    returnCode: code.credentials,
    reason: 'wrong-security',
    detail: 'The unit is sealed: a user name and token do not let it in. Its owner can choose the level "token".',
  },
  badToken: {
    returnCode: code.credentials,
    reason: 'bad-token',
    detail: 'The password is not the token of this unit, or one from before it was remade.',
  },
  will: {
    returnCode: code.notAuthorized,
    reason: 'foreign-will',
    detail: 'A last will may only say "offline" on the own status topic.',
  },
} as const satisfies Record<string, Refused>;
