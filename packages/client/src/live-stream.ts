import { DisconnectedError, TimeoutError, XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { ClientStream, ClientStreamPort, EncodedStanza, Receipt } from '@xeps/stream';
import type { Clock } from '@xeps/xep-0198';
import type { Transport } from './transport/types.ts';

/** What a stream on a transport tells once it is online. */
export interface LiveStreamEvents {
  /** Stanzas may be sent; those that came in already follow right after. */
  online(stream: LiveStream, jid: Jid, resumed: boolean): void;
  stanza(stanza: Element): void;
  /** It was online and is over; once. */
  lost(error: XmppError | undefined): void;
}

/** How a transport becomes a stream that is online. */
export interface LiveStreamOptions {
  readonly transport: Transport;
  createStream(transport: Transport, port: ClientStreamPort): ClientStream;
  /** Where it leads, for messages. */
  readonly address: string;
  readonly clock: Clock;
  /** Milliseconds until online. */
  readonly timeout: number;
  /** Milliseconds for the server to close its side. */
  readonly closeTimeout: number;
  readonly signal: AbortSignal;
}

/** A stream that is, or was, online. */
export interface LiveStream {
  /** When the server was last heard of, in milliseconds since 1970. */
  readonly lastHeard: number;
  /** Bytes that wait to be handed to the operating system. */
  readonly bufferedAmount: number;
  /** Writes a stanza; whether it could be. */
  send(stanza: EncodedStanza, receipt: Receipt): boolean;
  /** Sends what keeps the connection open, where it has such a thing. */
  keepalive(): void;
  /** Everything written so far was handed to the operating system. */
  flushed(): Promise<void>;
  /** Closes in order; resolves when it is over. */
  close(): Promise<void>;
  /** Breaks the connection off. */
  abort(error: XmppError): void;
}

/** Signs in on a transport. Resolves when online; rejects, with the transport destroyed, when that can't be. */
export function openLiveStream(options: LiveStreamOptions, events: LiveStreamEvents): Promise<LiveStream> {
  const { transport, clock, signal, address } = options;
  const ready = Promise.withResolvers<LiveStream>();
  const over = Promise.withResolvers<void>();
  let online = false;
  let ended = false;
  let lastHeard = clock.now();

  const stream = options.createStream(transport, {
    write: (text) => transport.write(text),
    startTls() {
      if (transport.startTls === undefined) throw new XmppError('ERR_XMPP_INTERNAL', `${address} can't upgrade to TLS`);
      return transport.startTls();
    },
    online(jid, resumed) {
      online = true;
      settle();
      events.online(live, jid, resumed);
      ready.resolve(live);
    },
    stanza: (stanza) => events.stanza(stanza),
    closed(error) {
      if (ended) return;
      ended = true;
      settle();
      // What is queued, such as the error that tells the server why, still goes out.
      transport.end();
      const cancel = clock.schedule(() => transport.destroy(), options.closeTimeout);
      void gone.promise.then(cancel);
      if (online) events.lost(error);
      else ready.reject(error ?? new DisconnectedError(`${address} closed the connection before signing in was done`));
      over.resolve();
    },
  });

  const gone = Promise.withResolvers<void>();
  const abort = (error: XmppError): void => {
    transport.destroy();
    stream.end(error);
  };
  const onAbort = (): void => {
    const reason: unknown = signal.reason;
    abort(reason instanceof XmppError ? reason : new DisconnectedError('connecting was given up', { cause: reason }));
  };
  const cancelTimeout = clock.schedule(
    () => abort(new TimeoutError(`${address} was reached, but signing in took longer than ${options.timeout} ms`)),
    options.timeout,
  );
  function settle(): void {
    cancelTimeout();
    signal.removeEventListener('abort', onAbort);
  }

  const live: LiveStream = {
    get lastHeard() {
      return lastHeard;
    },
    get bufferedAmount() {
      return transport.bufferedAmount;
    },
    send: (stanza, receipt) => stream.send(stanza, receipt),
    keepalive: () => stream.keepalive(),
    flushed: () => transport.flushed(),
    close() {
      stream.close();
      // A server that doesn't answer doesn't keep us.
      const cancel = clock.schedule(
        () => abort(new TimeoutError(`${address} did not close the stream`)),
        options.closeTimeout,
      );
      void over.promise.then(cancel);
      return over.promise;
    },
    abort,
  };

  if (signal.aborted) onAbort();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    transport.listen({
      data(data) {
        lastHeard = clock.now();
        stream.receive(data);
      },
      close(error) {
        gone.resolve();
        stream.end(error);
      },
    });
    stream.start();
  }
  return ready.promise;
}
