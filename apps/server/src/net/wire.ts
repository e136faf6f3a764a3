/** What a connection tells. */
export interface WireEvents {
  /** Bytes of a byte stream in any pieces, or the text of one WebSocket frame. */
  data(data: Uint8Array | string): void;
  /** The connection is gone; once. */
  close(): void;
}

/** One connection that a client has made, on whatever it runs. What arrives before `listen` is kept. */
export interface Wire {
  readonly kind: 'tcp' | 'websocket';
  /** Nobody else can read along: TLS, or a connection that never leaves the machine and can't have it. */
  readonly secure: boolean;
  /** TLS channel bindings by their registered names (RFC 9266, RFC 5929); empty without TLS. */
  readonly bindings: ReadonlyMap<string, Uint8Array>;
  /** The protocol and cipher of TLS, for people; undefined without it. */
  readonly tls: { readonly protocol: string } | undefined;
  /** Where the client is, for people. */
  readonly remote: string;
  write(text: string): void;
  /**
   * Puts TLS on the connection, where that can be; what else came in the clear is thrown away (RFC 6120 §5.4.3.3).
   * Resolves when it is on; a failure closes the connection.
   */
  startTls?(): Promise<void>;
  /** Closes after what is queued. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
  listen(events: WireEvents): void;
}
