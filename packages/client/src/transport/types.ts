import type { XmppError } from '@xeps/core';
import type { TlsChannel } from '@xeps/stream';

/** What a transport tells. */
export interface TransportEvents {
  /** Bytes from TCP, in any pieces; one frame's text from WebSocket. */
  data(data: Uint8Array | string): void;
  /** The connection is gone; once, and nothing follows. Without an error when the peer closed it in order, or this side did. */
  close(error?: XmppError): void;
}

/** A connection that carries an XMPP stream. What arrives before `listen` is kept. */
export interface Transport {
  readonly kind: 'tcp' | 'websocket';
  /** TLS with a verified certificate is on. */
  readonly secure: boolean;
  /** Present while `secure`, where the platform tells. */
  readonly tls?: TlsChannel | undefined;
  /**
   * Queues text. On WebSocket it becomes one frame. After the connection has ended, it does nothing.
   *
   * @throws ConnectionError `upgrading` between `startTls` and its end
   */
  write(data: string): void;
  /** Resolves when everything written so far was handed to the operating system. @throws ConnectionError */
  flushed(): Promise<void>;
  /**
   * Puts TLS on this connection. To be called before returning from the `data` event that said that the server
   * proceeds: what else came in plaintext is thrown away (RFC 6120 §5.4.3.3).
   *
   * @throws ConnectionError `tls`, `certificate`, `timeout` or `closed`; the connection is closed then
   */
  startTls?(): Promise<void>;
  /** No more writes; closes after what is queued. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  /** Bytes (WebSocket in browsers: as the platform counts) that wait to be handed to the operating system. */
  readonly bufferedAmount: number;
  /** Begins to receive. One listener: a second call replaces the first. */
  listen(events: TransportEvents): void;
}

/** How to connect. */
export interface ConnectOptions {
  /** Gives up connecting; afterwards it has no effect. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for TCP, TLS and WebSocket together; STARTTLS has as long again. Default 20,000. */
  readonly timeout?: number | undefined;
}

/** Default of {@link ConnectOptions.timeout}, in milliseconds. */
export const defaultConnectTimeout = 20_000;
