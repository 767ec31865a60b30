import { generateKeySync } from 'node:crypto';
import type { LiveUnit } from '../directory/directory.ts';
import type { Connection } from '../mqtt/connections.ts';
import { envelopeKeys } from '../mqtt/envelope.ts';
import { createSender } from '../mqtt/senders.ts';

/** A unit without variables, of security level `token`. */
export const unitOf = (uuid: string): LiveUnit => ({
  ...{ id: 1, uuid, name: uuid, ownerId: 1, ownerUuid: 'owner', isOwnerLocked: false, isSimulated: false },
  ...{ security: 'token', countedSince: 1, interval: undefined, lastSeenAt: null, tokenHash: Buffer.alloc(32) },
  keys: { generation: 1, envelope: envelopeKeys(Buffer.alloc(32)), secret: generateKeySync('hmac', { length: 256 }) },
  otherKeys: undefined,
  ...{ variables: new Map(), inputs: new Map(), outputs: new Map(), links: new Map() },
});

/** A connection of it to nowhere, which tells whether it was cut off. */
export function connectionOf(uuid: string): Connection & { destroyed: boolean } {
  const connection = {
    sender: createSender(unitOf(uuid), { perSecond: 20, perMinute: 600 }),
    ...{ boot: 1, downSeq: 0, downEnd: 1, messageId: 0, sentAt: new Map(), destroyed: false },
    socket: {
      write: () => true,
      ...{ cork: () => undefined, uncork: () => undefined, writableCorked: 0, writableLength: 0 },
      destroy: () => {
        connection.destroyed = true;
      },
    },
    subscribed: new Set<string>(),
    hearsCommands: false,
    commandsSent: new Set<string>(),
    unacknowledged: new Map(),
  };
  return connection;
}
