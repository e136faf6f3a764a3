import { ConnectionError } from './errors.ts';
import type { ConnectionErrorReason } from './errors.ts';
import { defaultConnectTimeout } from './types.ts';
import type { ConnectOptions, TlsInfo, Transport, TransportEvents } from './types.ts';

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
  readonly tlsInfo?: (() => TlsInfo | undefined) | undefined;
  /** Turns a constructor's own error report into a better one. */
  readonly describeError?: ((error: Error, address: string) => ConnectionError) | undefined;
}

/** Close codes (RFC 6455 §7.4.1) that say more than that the connection is gone. */
const closeCodes: Readonly<Record<number, [ConnectionErrorReason, string]>> = {
  1001: ['closed', 'the server is going away'],
  1002: ['protocol', 'the server saw a WebSocket protocol error'],
  1003: ['policy', 'the server does not accept this kind of data'],
  1006: ['reset', 'the connection broke off'],
  1007: ['policy', 'the server saw text that is not UTF-8'],
  1008: ['policy', 'the server says that a rule was broken'],
  1009: ['policy', 'the server says that a frame was too big'],
  1011: ['closed', 'the server failed'],
  1012: ['closed', 'the server restarts'],
  1013: ['closed', 'the server asks to try again later'],
  1015: ['tls', 'TLS failed'],
};

/** Milliseconds between looks at the write buffer: a WebSocket does not say when it is empty. */
const pollInterval = 10;

/**
 * Opens a WebSocket for XMPP (RFC 7395). Browsers, and Node from 22 on.
 *
 * @throws ConnectionError; browsers do not tell why, so the reason is `unreachable` for all that can be at fault
 */
export function connectWebSocket(url: string | URL, options: WebSocketOptions = {}): Promise<Transport> {
  const { signal, timeout = defaultConnectTimeout, WebSocket = platformWebSocket(), describeError, tlsInfo } = options;
  const address = String(url);
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(aborted(address, signal));
    let socket: WebSocketLike;
    try {
      socket = new WebSocket(address, ['xmpp']);
    } catch (cause) {
      // A URL that is none, or ws: from a page that was served over https.
      return reject(new ConnectionError('protocol', `Can't open ${address}: ${String(cause)}`, { cause }));
    }
    let reported: ConnectionError | undefined;
    const settle = (error?: ConnectionError): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(webSocketTransport(socket, address, tlsInfo));
      socket.onopen = null;
      socket.onclose = null;
      // What comes after is no longer of interest, but `ws` wants somebody to hear its errors.
      socket.onerror = () => {};
      hangUp(socket);
      reject(error);
    };
    const onAbort = (): void => settle(aborted(address, signal));
    const timer = setTimeout(
      () => settle(new ConnectionError('timeout', `No answer from ${address} in time: check the URL, and firewalls`)),
      timeout,
    );
    signal?.addEventListener('abort', onAbort);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      // RFC 7395 §3.1: without the subprotocol, the other side speaks something else.
      if (socket.protocol === 'xmpp') settle();
      else
        settle(
          new ConnectionError(
            'protocol',
            `${address} is not an XMPP WebSocket: it did not accept the subprotocol xmpp`,
          ),
        );
    };
    socket.onerror = (event: { readonly error?: unknown; readonly message?: string }) => {
      if (event.error instanceof Error && describeError !== undefined) reported ??= describeError(event.error, address);
      else if (event.message) reported ??= unreachable(address, event.message, event.error);
    };
    socket.onclose = (event: { readonly reason?: string }) =>
      settle(reported ?? unreachable(address, event.reason ?? ''));
  });
}

function webSocketTransport(socket: WebSocketLike, address: string, tlsInfo: WebSocketOptions['tlsInfo']): Transport {
  const secure = new URL(address).protocol === 'wss:';
  let events: TransportEvents | undefined;
  let early: string[] = [];
  let closed: { readonly error: ConnectionError | undefined } | undefined;
  let failure: ConnectionError | undefined;
  let ended = false;
  let polling: ReturnType<typeof setTimeout> | undefined;
  let waiting: { resolve(): void; reject(error: Error): void }[] = [];

  const finish = (error: ConnectionError | undefined): void => {
    if (closed !== undefined) return;
    closed = { error };
    clearTimeout(polling);
    const told = waiting;
    waiting = [];
    for (const { reject } of told)
      reject(error ?? new ConnectionError('closed', `The connection to ${address} was closed`));
    events?.close(error);
  };
  const poll = (): void => {
    if (socket.bufferedAmount > 0) {
      polling = setTimeout(poll, pollInterval);
      return;
    }
    polling = undefined;
    const told = waiting;
    waiting = [];
    for (const { resolve } of told) resolve();
    events?.drain?.();
  };
  const watchBuffer = (): void => {
    if (polling === undefined && socket.bufferedAmount > 0) polling = setTimeout(poll, pollInterval);
  };

  socket.onopen = null;
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (failure !== undefined || closed !== undefined) return;
    if (typeof data !== 'string') {
      // RFC 7395 §3.2: XMPP is in text frames.
      failure = new ConnectionError('protocol', `${address} sent a binary frame, which XMPP does not use`);
      hangUp(socket);
      finish(failure);
    } else if (events === undefined) {
      early.push(data);
    } else {
      events.data(data);
    }
  };
  socket.onerror = () => {};
  socket.onclose = ({ code, reason }: { readonly code: number; readonly reason?: string }) => {
    if (ended || code === 1000 || code === 1005) return finish(undefined);
    const [kind, text] = closeCodes[code] ?? ['closed', 'it was closed'];
    const words = reason ? `${text} (${code}: ${reason})` : `${text} (${code})`;
    finish(new ConnectionError(kind, `The connection to ${address} ended: ${words}`));
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
      if (closed !== undefined || ended) return;
      socket.send(data);
      if (events?.drain !== undefined) watchBuffer();
    },
    flushed() {
      if (socket.bufferedAmount === 0) return Promise.resolve();
      if (closed !== undefined) {
        return Promise.reject(closed.error ?? new ConnectionError('closed', `The connection to ${address} was closed`));
      }
      watchBuffer();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
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
      queueMicrotask(() => finish(undefined));
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

function hangUp(socket: WebSocketLike): void {
  if (socket.terminate === undefined) socket.close();
  else socket.terminate();
}

function platformWebSocket(): WebSocketConstructor {
  const found = (globalThis as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
  if (found === undefined)
    throw new ConnectionError('protocol', 'This platform has no WebSocket: pass one as an option');
  return found;
}

function aborted(address: string, signal: AbortSignal | undefined): ConnectionError {
  return new ConnectionError('aborted', `Connecting to ${address} was aborted`, { cause: signal?.reason });
}

function unreachable(address: string, why: string, cause?: unknown): ConnectionError {
  const advice =
    why || "check the URL, the network, the certificate, and whether the server permits this page's origin";
  return new ConnectionError('unreachable', `Can't open ${address}: ${advice}`, { cause });
}
