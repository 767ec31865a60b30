import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { packetLimit } from './size-limit.ts';

/** MQTT over WebSocket at `/mqtt` (MQTT 3.1.1 §6); a client has to ask for the subprotocol `mqtt`. */
export function acceptWebSockets(server: Server, handle: (stream: Duplex) => void) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: packetLimit,
    handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '', 'http://instance');
    const protocols = request.headers['sec-websocket-protocol']?.split(/,\s*/) ?? [];
    if (pathname !== '/mqtt' || !protocols.includes('mqtt')) {
      return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket);
      handle(Object.assign(stream, { remoteAddress: request.socket.remoteAddress }));
    });
  });
  return {
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}
