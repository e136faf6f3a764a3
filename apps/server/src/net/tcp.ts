import { createServer as createTcpServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { TlsIdentity } from './tls.ts';
import { bindingsOf } from './tls.ts';
import type { Wire, WireEvents } from './wire.ts';

/** Where to listen. */
export interface TcpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** TLS from the first byte (XEP-0368). */
  readonly directTls: boolean;
  /** Whether TLS can be had at all. */
  readonly identity: TlsIdentity | undefined;
  /** The connection counts as secure although it has no TLS: for components on the same machine. */
  readonly trusted?: boolean;
}

/** Milliseconds that a peer has to close its side after `end`. */
const lingerTime = 2000;

/** Listens; resolves when it does. @throws Error when the port is taken */
export function listenTcp(options: TcpOptions, accept: (wire: Wire) => void): Promise<Server> {
  const { host, port, directTls, identity, trusted = false } = options;
  const server = createTcpServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    const remote = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    if (!directTls) return accept(tcpWire(socket, remote, identity, trusted));
    secure(socket, identity!).then(
      (secured) => accept(tcpWire(secured, remote, identity, trusted)),
      () => socket.destroy(),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Puts TLS on a socket, in the server's role. */
async function secure(socket: Socket, identity: TlsIdentity): Promise<TLSSocket> {
  const context: SecureContext = await identity.context();
  return new Promise((resolve, reject) => {
    const secured = new TLSSocket(socket, { isServer: true, secureContext: context, ALPNProtocols: ['xmpp-client'] });
    const fail = (error?: Error): void => reject(error ?? new Error('closed during the TLS handshake'));
    secured.on('error', fail).on('close', fail);
    secured.once('secure', () => {
      secured.off('close', fail);
      resolve(secured);
    });
  });
}

function tcpWire(first: Socket, remote: string, identity: TlsIdentity | undefined, trusted: boolean): Wire {
  let socket = first;
  let events: WireEvents | undefined;
  let closed = false;
  let ended = false;
  let corked = false;

  const onData = (data: Uint8Array): void => events?.data(data);
  const onClose = (): void => {
    if (closed) return;
    closed = true;
    events?.close();
  };
  const attach = (): void => {
    // A peer that ends its side has gone: XMPP streams are closed in order before that.
    socket.on('close', onClose).on('end', onClose);
    if (events !== undefined) socket.on('data', onData);
  };
  const uncork = (): void => {
    corked = false;
    socket.uncork();
  };
  attach();

  const wire: Wire = {
    kind: 'tcp',
    remote,
    get secure() {
      return trusted || socket instanceof TLSSocket;
    },
    get bindings() {
      return socket instanceof TLSSocket && identity !== undefined ? bindingsOf(socket, identity) : new Map();
    },
    get tls() {
      return socket instanceof TLSSocket ? { protocol: socket.getProtocol() ?? 'TLS' } : undefined;
    },
    write(text) {
      if (ended || socket.destroyed) return;
      socket.write(text);
      // What is written in one turn leaves together.
      if (corked) return;
      corked = true;
      socket.cork();
      process.nextTick(uncork);
    },
    ...(identity !== undefined &&
      !trusted && {
        async startTls() {
          if (corked) uncork();
          socket.off('data', onData).off('close', onClose).off('end', onClose);
          socket.pause();
          // RFC 6120 §5.4.3.3: what came in the clear behind the request is nobody's word.
          while (socket.read() !== null);
          try {
            socket = await secure(socket, identity);
            attach();
          } catch (error) {
            socket.destroy();
            onClose();
            throw error;
          }
        },
      }),
    end() {
      if (ended) return;
      ended = true;
      socket.end();
      const linger = setTimeout(() => socket.destroy(), lingerTime);
      linger.unref();
      socket.once('close', () => clearTimeout(linger));
    },
    destroy() {
      ended = true;
      socket.destroy();
    },
    listen(listener) {
      events = listener;
      socket.on('data', onData);
    },
  };
  return wire;
}
