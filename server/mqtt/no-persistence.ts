import { Readable } from 'node:stream';

const nothing = async () => undefined;
const none = async () => [];
const empty = () => Readable.from([]);

/**
 * What aedes asks of its store, answered with nothing: sessions are clean, nothing is retained, and what must last is in the
 * journal. A PUBACK from a device arrives here, as the release of a message id.
 */
export function createNoPersistence(acknowledged: (client: object, messageId: number) => void) {
  return {
    setup: nothing,
    destroy: nothing,
    storeRetained: nothing,
    createRetainedStream: empty,
    createRetainedStreamCombi: empty,
    addSubscriptions: nothing,
    removeSubscriptions: nothing,
    subscriptionsByClient: none,
    subscriptionsByTopic: none,
    cleanSubscriptions: nothing,
    countOffline: async () => ({ subsCount: 0, clientsCount: 0 }),
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: nothing,
    outgoingStream: empty,
    outgoingClearMessageId: async (client: object, packet: { messageId: number }) =>
      acknowledged(client, packet.messageId),
    incomingStorePacket: nothing,
    incomingGetPacket: nothing,
    incomingDelPacket: nothing,
    putWill: nothing,
    getWill: nothing,
    delWill: nothing,
    streamWill: empty,
    getClientList: empty,
  };
}
