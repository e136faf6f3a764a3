import { connect as connectSocket, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTlsSocket } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { TlsChannel } from '@xeps/stream';
import { ConnectionError } from './errors.ts';
import { createFlushTracker } from './flush.ts';
import { connectionError } from './node-errors.ts';
import { abortedError, socketReady } from './socket-ready.ts';
import type { Wait } from './socket-ready.ts';
import { tlsConnectOptions, tlsInfo } from './tls-options.ts';
import type { NodeTlsOptions } from './tls-options.ts';
import { defaultConnectTimeout } from './types.ts';
import type { ConnectOptions, Transport, TransportEvents } from './types.ts';

/** Where to connect by TCP, and who is expected there. */
export interface TcpTarget {
  /** A name or an IP address. */
  readonly host: string;
  readonly port: number;
  /** The IP address of `host`, where it was looked up already. */
  readonly address?: string | undefined;
  /** The name to ask for in TLS instead of the domain; the certificate may be for it as well (XEP-0487 §2.2). */
  readonly serverName?: string | undefined;
  /** The XMPP domain that the certificate must be for. */
  readonly domain: string;
  /** TLS from the first byte (XEP-0368), with ALPN `xmpp-client`. */
  readonly directTls: boolean;
  readonly tls?: NodeTlsOptions | undefined;
}

/** Milliseconds that a peer has to close its side after `end`. */
const lingerTime = 2000;

/**
 * Connects by TCP, and by TLS when `directTls`. Node only.
 *
 * @throws ConnectionError
 */
export async function connectTcp(target: TcpTarget, options: ConnectOptions = {}): Promise<Transport> {
  const { signal, timeout = defaultConnectTimeout } = options;
  const name = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  const address = target.address === undefined ? name : `${name} (${target.address})`;
  if (signal?.aborted === true) throw abortedError(address, signal);
  const wait: Wait = { address, deadline: performance.now() + timeout, signal };
  const socket = connectSocket({
    host: target.address ?? target.host,
    port: target.port,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  // Whatever is reported late, after a failure was told, must not end the process.
  socket.on('error', () => {});
  await socketReady(socket, 'connect', wait);
  const secured = target.directTls ? await secure(socket, target, wait) : undefined;
  return tcpTransport(socket, secured, target, address, timeout);
}

/** Puts TLS on a connected socket. Destroys it when that fails. */
async function secure(socket: Socket, target: TcpTarget, wait: Wait): Promise<TLSSocket> {
  let secured: TLSSocket;
  try {
    secured = connectTlsSocket({
      ...tlsConnectOptions(target.serverName ?? target.domain, target.tls, target.domain),
      socket,
      // XEP-0368 §3 rule 8. A server that shares its port by ALPN expects it; for STARTTLS it is not defined.
      ...(target.directTls && { ALPNProtocols: ['xmpp-client'] }),
    });
  } catch (error) {
    // Options that OpenSSL can't read, such as a broken `ca`.
    socket.destroy();
    throw connectionError(error as Error, wait.address, 'tls');
  }
  secured.on('error', () => {});
  try {
    await socketReady(secured, 'secureConnect', wait);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return secured;
}

function tcpTransport(
  plain: Socket,
  secured: TLSSocket | undefined,
  target: TcpTarget,
  address: string,
  timeout: number,
): Transport {
  let current: Socket = secured ?? plain;
  let tls: TlsChannel | undefined = secured && tlsInfo(secured);
  let events: TransportEvents | undefined;
  let closed: { readonly error: ConnectionError | undefined } | undefined;
  let failure: ConnectionError | undefined;
  let upgrading = false;
  let ended = false;
  let corked = false;
  const flush = createFlushTracker();

  const onData = (data: Uint8Array): void => events?.data(data);
  const onError = (error: Error): void => {
    // After the last write, how the peer hangs up is its own affair.
    if (!ended) failure ??= connectionError(error, address, 'tcp');
  };
  const onClose = (): void => {
    if (closed !== undefined) return;
    closed = { error: failure };
    flush.fail(failure ?? new ConnectionError('closed', `The connection to ${address} was closed`));
    events?.close(failure);
  };
  const attach = (): void => {
    current.on('error', onError).on('close', onClose);
    // Without a data listener the socket waits, and nothing is lost.
    if (events !== undefined) current.on('data', onData);
  };
  const uncork = (socket: Socket): void => {
    corked = false;
    socket.uncork();
  };
  attach();

  return {
    kind: 'tcp',
    get secure() {
      return tls !== undefined;
    },
    get tls() {
      return tls;
    },
    get bufferedAmount() {
      return current.writableLength;
    },
    write(data) {
      if (upgrading)
        throw new ConnectionError('upgrading', `Nothing may be written to ${address} while TLS is negotiated`);
      if (closed !== undefined || ended) return;
      flush.queued();
      current.write(data, 'utf8', (error) => {
        if (error == null) flush.done();
      });
      // The first thing that is written in a turn leaves at once: a turn lasts for as long as promises go on, so that a
      // request for the next page would wait for whatever is done with this one. The rest of the turn goes out together:
      // fewer packets, fewer TLS records.
      if (!corked) {
        corked = true;
        current.cork();
        process.nextTick(uncork, current);
      }
    },
    flushed: () => flush.flushed(),
    async startTls() {
      if (tls !== undefined || upgrading) throw new ConnectionError('tls', `TLS is already on for ${address}`);
      if (closed !== undefined || ended) throw new ConnectionError('closed', `The connection to ${address} was closed`);
      upgrading = true;
      if (corked) uncork(plain);
      plain.off('data', onData).off('error', onError).off('close', onClose);
      plain.pause();
      // RFC 6120 §5.4.3.3: what came in plaintext after <proceed/> is nobody's word. Later bytes go to TLS, which refuses them.
      while (plain.read() !== null);
      try {
        current = await secure(plain, target, { address, deadline: performance.now() + timeout });
        tls = tlsInfo(current as TLSSocket);
        attach();
      } catch (error) {
        if (!ended) failure = error as ConnectionError;
        onClose();
        throw error;
      } finally {
        upgrading = false;
      }
    },
    end() {
      if (closed !== undefined || ended) return;
      ended = true;
      if (upgrading) return void plain.destroy();
      current.end();
      const linger = setTimeout(() => current.destroy(), lingerTime);
      current.once('close', () => clearTimeout(linger));
    },
    destroy() {
      ended = true;
      current.destroy();
    },
    listen(listener) {
      const first = events === undefined;
      events = listener;
      if (closed !== undefined) {
        const { error } = closed;
        queueMicrotask(() => listener.close(error));
      } else if (first && !upgrading) {
        current.on('data', onData);
      }
    },
  };
}
