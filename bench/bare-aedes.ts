import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';

/** The bare broker that Croft's MQTT door is compared with: no admission, no storage. Tells its parent the port. */
const broker = await Aedes.createBroker({ concurrency: 0 });
const server = createServer({ noDelay: true }, (socket) => void broker.handle(socket));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
