import type { Client } from 'aedes';

/** The largest MQTT packet (bytes): the hard limit of a payload, its topic and header. */
export const packetLimit = 64 * 1024 + 4 * 1024;

/** The packet parser's bytes of a packet that is not whole yet; not in the types of aedes 1.2. */
type WithParser = { _parser: { _list: { length: number } } };

/** A packet may announce 256 MB: a connection that sends more than the limit without completing one is ended. */
export function limitPacketSize(client: Client): void {
  const { _parser: parser } = client as unknown as WithParser;
  client.conn.on('readable', () => {
    if (parser._list.length > packetLimit) client.conn.destroy(new Error(`a packet has ${packetLimit} bytes at most`));
  });
}
