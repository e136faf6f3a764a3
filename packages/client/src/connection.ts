/**
 * A session's connection over its whole life: connects, signs in, keeps alive, connects again, and keeps what is sent
 * in the meantime.
 *
 *     idle ── start() ──▶ connecting ──▶ online ── lost ──▶ waiting ──▶ connecting …
 *                              └── fails, and nothing to retry ──▶ idle       any ── stop(), or a final error ──▶ ended
 */
import { DisconnectedError, XmppError } from '@xeps/core';
import type { Delivery, Element, SendOptions } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { encodeStanza, StreamError } from '@xeps/stream';
import type { ClientStream, ClientStreamPort } from '@xeps/stream';
import type { Clock } from '@xeps/xep-0198';
import { exceeds } from '@xeps/xep-0478';
import type { StreamLimits } from '@xeps/xep-0478';
import { backoff } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import { formatService } from './discovery/endpoint.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import { startKeepalive } from './keepalive.ts';
import type { Keepalive, KeepaliveOptions } from './keepalive.ts';
import { openLiveStream } from './live-stream.ts';
import type { LiveStream } from './live-stream.ts';
import { retryOf } from './retry.ts';
import { round } from './round.ts';
import type { RoundParts } from './round.ts';
import { createSendQueue, outgoing } from './send-queue.ts';
import type { Outgoing, QueueLimits } from './send-queue.ts';
import type { Transport } from './transport/types.ts';

/** What a connection is doing. */
export type ConnectionStatus =
  | { readonly status: 'idle' }
  /** `endpoint` is being tried. */
  | { readonly status: 'connecting'; readonly endpoint?: string }
  | { readonly status: 'online'; readonly endpoint: string; readonly jid: Jid; readonly resumed: boolean }
  /** The next attempt begins in `delay` milliseconds. */
  | { readonly status: 'waiting'; readonly delay: number; readonly attempt: number; readonly error: XmppError }
  | { readonly status: 'ended'; readonly error: XmppError };

/** What every connection can be told. */
export interface ConnectionSettings {
  /** Whether and how to connect again after the connection was lost; on when left out. */
  readonly reconnect?: boolean | BackoffOptions | undefined;
  /** What waits at most while there is no connection. */
  readonly queue?: QueueLimits | undefined;
  readonly keepalive?: KeepaliveOptions | undefined;
  /** Milliseconds until one endpoint is given up that does not get to the end of signing in; 20,000 when left out. */
  readonly timeout?: number | undefined;
  /** Milliseconds that closing waits for the server; 5,000 when left out. */
  readonly closeTimeout?: number | undefined;
}

/** What a connection is made of. */
export interface ConnectionParts extends RoundParts {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  createStream(transport: Transport, endpoint: Endpoint, port: ClientStreamPort): ClientStream;
  /** Makes the server say something; false when it has nothing to answer. */
  probe(stream: LiveStream): boolean;
  /** Calls back when the machine leaves the network, is back on it, or awake, until what it returns is called. */
  readonly onWake?: ((callback: (online: boolean) => void) => () => void) | undefined;
  /** Stanzas may be sent. */
  online(jid: Jid, resumed: boolean): void;
  stanza(stanza: Element): void;
  disconnected(error: XmppError | undefined): void;
  /** What is to be sent first: what the server never acknowledged in sessions that are gone. */
  redeliver(): readonly Outgoing[];
  /** The session can't go on: what was said in it ended the stream, and would end the next (`by`: whose words). */
  poisoned(error: StreamError): void;
  /** It is over for good; `kept`: but the session with the server goes on, for whoever resumes it. */
  ended(error: XmppError, kept: boolean): void;
  /** What the server takes in on the present stream. */
  limits(): StreamLimits;
}

/** How a connection is started. */
export interface StartOptions {
  /** Goes on trying when the first attempts fail; otherwise they reject. Off when left out. */
  readonly retry?: boolean | undefined;
  /** Stops it all. */
  readonly signal?: AbortSignal | undefined;
}

/** See the file's head. */
export interface Connection {
  readonly status: ConnectionStatus;
  /** Listens for changes of `status`. */
  onStatus(listener: (status: ConnectionStatus) => void): Disposable;
  /** Resolves with the bound address when online for the first time. */
  start(options?: StartOptions): Promise<Jid>;
  /** Ends for good, in order: what was handed over is written, the stream is closed. */
  stop(): Promise<void>;
  /** Ends for good here, without closing the stream: what was handed over is written, the connection is broken off. */
  suspend(): Promise<void>;
  /** Writes a stanza, or keeps it until it can be. */
  write(stanza: Element, options: SendOptions): Promise<Delivery>;
}

/** Above this many waiting bytes, who sends waits too. */
const highWater = 1024 * 1024;
/** A connection that lasted so many milliseconds was a good one: waiting begins small again. */
const goodConnection = 30_000;

interface Run {
  readonly controller: AbortController;
  readonly first: PromiseWithResolvers<Jid>;
  readonly done: Promise<void>;
}

/** Makes a connection in state idle. */
export function createConnection(parts: ConnectionParts): Connection {
  const { clock, settings, name } = parts;
  const { timeout = 20_000, closeTimeout = 5_000, reconnect = true } = settings;
  const queue = createSendQueue(settings.queue);
  const listeners = new Set<(status: ConnectionStatus) => void>();
  let status: ConnectionStatus = { status: 'idle' };
  let live: LiveStream | undefined;
  let run: Run | undefined;
  let stopping = false;

  const setStatus = (next: ConnectionStatus): void => {
    status = next;
    for (const listener of [...listeners]) listener(next);
  };

  function flush(): void {
    while (live !== undefined && queue.length > 0) {
      const entry = queue.shift()!;
      const fault = exceeds(parts.limits(), entry.stanza);
      if (fault !== undefined) {
        entry.failed(fault);
        continue;
      }
      if (!live.send(entry.stanza, entry.receipt)) return queue.unshift([entry]);
      entry.written();
    }
  }

  function end(error: XmppError, kept = false): void {
    if (status.status === 'ended') return;
    live = undefined;
    queue.fail(error);
    setStatus({ status: 'ended', error });
    parts.ended(error, kept);
  }

  function connecting(endpoint: string): void {
    // Once for all addresses of a host.
    if (status.status !== 'connecting' || status.endpoint !== endpoint) setStatus({ status: 'connecting', endpoint });
  }

  /** Resolves when online, with a promise of how that ends. */
  async function signIn(
    transport: Transport,
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<{ readonly lost: Promise<XmppError | undefined> }> {
    const address = formatService(endpoint);
    const lost = Promise.withResolvers<XmppError | undefined>();
    let keepalive: Keepalive | undefined;
    let unwatch: (() => void) | undefined;
    await openLiveStream(
      {
        transport,
        address,
        clock,
        timeout,
        closeTimeout,
        signal,
        createStream: (over, port) => parts.createStream(over, endpoint, port),
      },
      {
        online(stream, jid, resumed) {
          live = stream;
          keepalive = startKeepalive(stream, clock, () => parts.probe(stream), parts.limits, settings.keepalive);
          unwatch = parts.onWake?.(keepalive.check);
          setStatus({ status: 'online', endpoint: address, jid, resumed });
          // First what earlier sessions lost, then what was sent in the meantime, then what listeners send now.
          queue.unshift(parts.redeliver());
          parts.online(jid, resumed);
          flush();
        },
        stanza: (stanza) => parts.stanza(stanza),
        lost(error) {
          live = undefined;
          keepalive?.stop();
          unwatch?.();
          // At once, not a turn later: whoever sends now must not believe that there is a connection.
          parts.disconnected(error);
          lost.resolve(error);
        },
      },
    );
    return { lost: lost.promise };
  }

  function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        unwatch?.();
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = clock.schedule(finish, milliseconds);
      // To try at once without a network would only make the pauses longer.
      const unwatch = parts.onWake?.((online) => online && finish());
      signal.addEventListener('abort', finish, { once: true });
    });
  }

  async function loop(
    { signal }: AbortController,
    first: PromiseWithResolvers<Jid>,
    retryFirst: boolean,
  ): Promise<void> {
    let wasOnline = false;
    for (let attempt = 0; ; attempt += 1) {
      let error: XmppError;
      try {
        const { lost } = await round(parts, {
          signal,
          timeout,
          connecting,
          signIn: (transport, endpoint) => signIn(transport, endpoint, signal),
        });
        const since = clock.now();
        wasOnline = true;
        if (status.status === 'online') first.resolve(status.jid);
        error = (await lost) ?? new DisconnectedError(`${name} closed the connection`);
        if (clock.now() - since >= goodConnection) attempt = 0;
        if (error instanceof StreamError && error.retry === 'change' && error.seeOtherHost === undefined)
          parts.poisoned(error);
      } catch (caught) {
        error =
          caught instanceof XmppError
            ? caught
            : new DisconnectedError(`connecting to ${name} failed`, { cause: caught });
      }
      if (stopping || signal.aborted) return first.reject(error);
      if (!wasOnline && (!retryFirst || retryOf(error) === 'never')) {
        run = undefined;
        setStatus({ status: 'idle' });
        return first.reject(error);
      }
      if (reconnect === false || retryOf(error) === 'never') return end(error);
      const delay = backoff(attempt, reconnect === true ? {} : reconnect);
      setStatus({ status: 'waiting', delay, attempt, error });
      await wait(delay, signal);
      if (signal.aborted) return first.reject(error);
    }
  }

  async function finish(close: (stream: LiveStream, reason: XmppError) => unknown, kept: boolean): Promise<void> {
    const reason = new DisconnectedError(`the connection to ${name} was stopped`);
    stopping = true;
    if (live !== undefined) {
      flush();
      await close(live, reason);
    }
    run?.controller.abort(reason);
    await run?.done;
    end(reason, kept);
  }
  const stop = (): Promise<void> => finish((stream) => stream.close(), false);
  const suspend = (): Promise<void> =>
    finish(async (stream, reason) => {
      await stream.flushed().catch(() => {});
      stream.abort(reason);
    }, true);

  return {
    get status() {
      return status;
    },
    onStatus(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    start({ retry = false, signal } = {}) {
      if (status.status === 'ended') return Promise.reject(status.error);
      if (run !== undefined) return run.first.promise;
      const controller = new AbortController();
      const first = Promise.withResolvers<Jid>();
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      const onAbort = (): void => {
        first.reject(signal?.reason);
        void stop();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const done = loop(controller, first, retry).finally(() => signal?.removeEventListener('abort', onAbort));
      run = { controller, first, done };
      return first.promise;
    },
    stop,
    suspend,
    write(stanza, { signal }) {
      if (status.status === 'ended') return Promise.reject(status.error);
      try {
        const { entry, sent } = outgoing(encodeStanza(stanza));
        const fault = live && exceeds(parts.limits(), entry.stanza);
        if (fault) throw fault;
        if (live !== undefined && queue.length === 0 && live.send(entry.stanza, entry.receipt)) {
          if (live.bufferedAmount < highWater) entry.written();
          // A connection that fails now is noticed elsewhere, and what it took may still be sent again.
          else live.flushed().then(entry.written, entry.written);
          return sent;
        }
        queue.push(entry);
        const onAbort = (): void => {
          if (queue.remove(entry)) entry.failed(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        return signal === undefined ? sent : sent.finally(() => signal.removeEventListener('abort', onAbort));
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}
