import type { TlsChannel } from '@xeps/stream';
import { ConnectionError } from './errors.ts';
import type { ConnectionErrorReason } from './errors.ts';
import { defaultConnectTimeout } from './types.ts';
import type { ConnectOptions, Transport, TransportEvents } from './types.ts';

/** The part of the platform's `WebSocket` that is used; that of `ws` fits as well. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Closes without waiting for the peer; only `ws` has it. */
  terminate?(): void;
}

/** Makes a WebSocket, as the platform's constructor does. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** How to connect by WebSocket. */
export interface WebSocketOptions extends ConnectOptions {
  /** Default: the platform's. */
  readonly WebSocket?: WebSocketConstructor | undefined;
  /** What is known of the TLS below, where the platform tells. */
  readonly tlsInfo?: (() => TlsChannel | undefined) | undefined;
  /** Turns a constructor's own error report into a better one. */
  readonly describeError?: ((error: Error, address: string) => ConnectionError) | undefined;
}

/** Close codes (RFC 6455 §7.4.1) that say more than that the connection is gone. */
const closeCodes: Readonly<Record<number, [ConnectionErrorReason, string]>> = {
  1001: ['closed', 'the server is going away'],
  1002: ['protocol', 'a WebSocket protocol error'],
  1003: ['policy', 'data of a kind that the server does not accept'],
  1006: ['reset', 'it broke off'],
  1007: ['policy', 'text that is not UTF-8'],
  1008: ['policy', 'a rule was broken'],
  1009: ['policy', 'a frame was too big'],
  1011: ['closed', 'the server failed'],
  1012: ['closed', 'the server restarts'],
  1013: ['closed', 'try again later'],
  1015: ['tls', 'TLS failed'],
};

/** Milliseconds between looks at the write buffer: a WebSocket does not say when it is empty. */
const pollInterval = 10;

/**
 * Opens a WebSocket for XMPP (RFC 7395). Browsers, and Node from 22 on.
 *
 * @throws ConnectionError; browsers do not tell why, so the reason is `unreachable` for all that can be at fault
 */
export async function connectWebSocket(url: string | URL, options: WebSocketOptions = {}): Promise<Transport> {
  const { signal, timeout = defaultConnectTimeout, WebSocket = platformWebSocket(), describeError, tlsInfo } = options;
  const address = String(url);
  const aborted = (): ConnectionError =>
    new ConnectionError('aborted', `Connecting to ${address} was aborted`, { cause: signal?.reason });
  const unreachable = (why: string | undefined, cause?: unknown): ConnectionError =>
    new ConnectionError('unreachable', `Can't open ${address}: ${why || advice}`, { cause });

  if (signal?.aborted === true) throw aborted();
  let socket: WebSocketLike;
  try {
    socket = new WebSocket(address, ['xmpp']);
  } catch (cause) {
    // A URL that is none, or ws: from a page that was served over https.
    throw new ConnectionError('protocol', `Can't open ${address}: ${String(cause)}`, { cause });
  }
  socket.binaryType = 'arraybuffer';

  const { promise, resolve, reject } = Promise.withResolvers<Transport>();
  let reported: ConnectionError | undefined;
  socket.onopen = () => {
    // RFC 7395 §3.1: without the subprotocol, the other side speaks something else.
    if (socket.protocol === 'xmpp') resolve(webSocketTransport(socket, address, tlsInfo));
    else reject(new ConnectionError('protocol', `${address} is no XMPP WebSocket: it refuses the subprotocol xmpp`));
  };
  socket.onerror = ({ error, message }: { readonly error?: unknown; readonly message?: string }) => {
    if (error instanceof Error && describeError !== undefined) reported ??= describeError(error, address);
    else if (message) reported ??= unreachable(message, error);
  };
  socket.onclose = ({ reason }: { readonly reason?: string }) => reject(reported ?? unreachable(reason));
  const onAbort = (): void => reject(aborted());
  signal?.addEventListener('abort', onAbort);
  const timer = setTimeout(
    () => reject(new ConnectionError('timeout', `No answer from ${address} in time: check the URL, and firewalls`)),
    timeout,
  );
  try {
    return await promise;
  } catch (error) {
    socket.onopen = socket.onclose = null;
    // What comes after is no longer of interest, but `ws` wants somebody to hear its errors.
    socket.onerror = () => {};
    hangUp(socket);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Takes over an open socket at once, before a frame can come that nobody listens for. */
function webSocketTransport(socket: WebSocketLike, address: string, tlsInfo: WebSocketOptions['tlsInfo']): Transport {
  const secure = new URL(address).protocol === 'wss:';
  let events: TransportEvents | undefined;
  let early: string[] = [];
  let closed: { readonly error: ConnectionError | undefined } | undefined;
  let ended = false;
  let flushing: Promise<void> | undefined;

  const finish = (reason?: ConnectionErrorReason, why?: string): void => {
    if (closed !== undefined) return;
    closed = { error: reason && new ConnectionError(reason, `The connection to ${address} ended: ${why}`) };
    events?.close(closed.error);
  };
  const untilFlushed = async (): Promise<void> => {
    while (socket.bufferedAmount > 0) {
      if (closed !== undefined) throw closed.error ?? new ConnectionError('closed', `${address} was closed`);
      await new Promise((resolve) => setTimeout(resolve, pollInterval));
    }
  };

  socket.onopen = null;
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (closed !== undefined) return;
    if (typeof data !== 'string') {
      // RFC 7395 §3.2: XMPP is in text frames.
      hangUp(socket);
      finish('protocol', 'it sent a binary frame, which XMPP does not use');
    } else if (events === undefined) {
      early.push(data);
    } else {
      events.data(data);
    }
  };
  socket.onerror = () => {};
  socket.onclose = ({ code, reason }: { readonly code: number; readonly reason?: string }) => {
    if (ended || code === 1000 || code === 1005) return finish();
    const [kind, text] = closeCodes[code] ?? ['closed', 'it was closed'];
    finish(kind, `${text} (${code}${reason ? `: ${reason}` : ''})`);
  };

  return {
    kind: 'websocket',
    secure,
    get tls() {
      return secure ? tlsInfo?.() : undefined;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    write(data) {
      if (closed === undefined && !ended) socket.send(data);
    },
    flushed: () =>
      (flushing ??= untilFlushed().finally(() => {
        flushing = undefined;
      })),
    end() {
      if (closed !== undefined || ended) return;
      ended = true;
      // The closing frame goes after what is queued (RFC 6455 §7.1.2).
      socket.close(1000);
    },
    destroy() {
      ended = true;
      hangUp(socket);
      // The platform waits for the peer's closing frame; who destroys does not.
      queueMicrotask(finish);
    },
    listen(listener) {
      events = listener;
      if (early.length === 0 && closed === undefined) return;
      const kept = early;
      early = [];
      queueMicrotask(() => {
        for (const data of kept) listener.data(data);
        if (closed !== undefined) listener.close(closed.error);
      });
    },
  };
}

const advice = "check the URL, the network, the certificate, and whether the server permits this page's origin";

function hangUp(socket: WebSocketLike): void {
  if (socket.terminate === undefined) socket.close();
  else socket.terminate();
}

function platformWebSocket(): WebSocketConstructor {
  const found = (globalThis as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
  if (found === undefined) throw new ConnectionError('protocol', 'no WebSocket here: pass one as an option');
  return found;
}
