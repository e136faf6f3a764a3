import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { WebSocket, WebSocketServer } from 'ws';
import type { HttpRoutes } from './http-routes.ts';
import { bindingsOf } from './tls.ts';
import type { TlsIdentity } from './tls.ts';
import type { Wire, WireEvents } from './wire.ts';

/** Where to listen. */
export interface HttpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Present: HTTPS. */
  readonly identity: TlsIdentity | undefined;
  readonly routes: HttpRoutes;
  /** Bytes of the biggest frame taken in. */
  readonly maxFrameBytes: number;
  readonly report: (error: unknown) => void;
}

/** The path of the WebSocket. */
export const websocketPath = '/xmpp-websocket';

/** Listens for HTTP and for WebSockets with the subprotocol `xmpp` (RFC 7395 §3.1); resolves when it does. */
export async function listenHttp(options: HttpOptions, accept: (wire: Wire) => void): Promise<Server> {
  const { host, port, identity, routes, maxFrameBytes, report } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void serve(routes, request, response, report);
  const pair = await identity?.pair();
  await identity?.context();
  const server: Server =
    pair === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer({ key: pair.key, cert: pair.certificate, minVersion: 'TLSv1.2' }, onRequest);
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    handleProtocols: (protocols) => (protocols.has('xmpp') ? 'xmpp' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(',');
    // RFC 7395 §3.1: both sides say that it is XMPP.
    if (urlOf(request)?.pathname !== websocketPath || !offered.some((name) => name.trim() === 'xmpp')) {
      return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    }
    sockets.handleUpgrade(request, socket, head, (connection) => accept(websocketWire(connection, request, identity)));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

async function serve(
  routes: HttpRoutes,
  request: IncomingMessage,
  response: ServerResponse,
  report: (error: unknown) => void,
): Promise<void> {
  try {
    const url = urlOf(request);
    const handler = url && routes.find(url.pathname);
    if (handler === undefined) response.writeHead(404).end();
    else await handler(request, response, url!);
  } catch (error) {
    // Who breaks off in the midst of a request is no fault of the server.
    if (request.destroyed && !request.complete) return;
    report(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

/** What is asked for; undefined when that is no URL. */
function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  const base = 'http://localhost';
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}

function websocketWire(socket: WebSocket, request: IncomingMessage, identity: TlsIdentity | undefined): Wire {
  let events: WireEvents | undefined;
  const early: (Uint8Array | string)[] = [];
  let closed = false;
  const { remoteAddress, remotePort } = request.socket;
  const bindings =
    identity === undefined ? new Map<string, Uint8Array>() : bindingsOf(request.socket as TLSSocket, identity);

  socket.on('error', () => {});
  socket.on('message', (data: Buffer, binary) => {
    const received = binary ? new Uint8Array(data) : data.toString('utf8');
    if (events === undefined) early.push(received);
    else events.data(received);
  });
  socket.on('close', () => {
    closed = true;
    events?.close();
  });

  return {
    kind: 'websocket',
    // Without TLS it is for the machine itself, or behind a proxy that has it.
    secure: true,
    bindings,
    tls: identity === undefined ? undefined : { protocol: (request.socket as TLSSocket).getProtocol() ?? 'TLS' },
    remote: `${remoteAddress ?? '?'}:${remotePort ?? 0}`,
    write(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
    listen(listener) {
      events = listener;
      for (const data of early.splice(0)) listener.data(data);
      if (closed) listener.close();
    },
  };
}
