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
import { encodeStanza, exceeds, StreamError } from '@xeps/stream';
import type { ClientStream, ClientStreamPort } from '@xeps/stream';
import type { Clock } from '@xeps/xep-0198';
import { backoff } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import { formatService } from './discovery/endpoint.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import { startKeepalive } from './keepalive.ts';
import type { Keepalive, KeepaliveOptions } from './keepalive.ts';
import { openLiveStream } from './live-stream.ts';
import type { LiveStream } from './live-stream.ts';
import { endsTheRound, retryOf, roundError } from './retry.ts';
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
export interface ConnectionParts {
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  /** Whom it leads to, for messages. */
  readonly name: string;
  /** Where to connect, the best first; asked before every round. */
  endpoints(signal: AbortSignal): AsyncIterable<Endpoint>;
  connect(endpoint: Endpoint, options: { readonly signal: AbortSignal; readonly timeout: number }): Promise<Transport>;
  createStream(transport: Transport, endpoint: Endpoint, port: ClientStreamPort): ClientStream;
  /** Reads where a server sends its clients, RFC 6120 §4.9.3.19; undefined when this side should not go there. */
  otherHost?(text: string, from: Endpoint): Endpoint | undefined;
  /** Makes the server say something; false when it has nothing to answer. */
  probe(stream: LiveStream): boolean;
  /** Calls back when the machine is back on the network or awake, until what it returns is called. */
  readonly onWake?: ((callback: () => void) => () => void) | undefined;
  /** Stanzas may be sent. */
  online(jid: Jid, resumed: boolean): void;
  stanza(stanza: Element): void;
  disconnected(error: XmppError | undefined): void;
  /** What a new session sends first: what the server never acknowledged in an earlier one. */
  redeliver(): readonly Outgoing[];
  /** The session can't go on: what was said in it ended the stream, and would end the next (`by`: whose words). */
  poisoned(error: StreamError): void;
  /** It is over for good. */
  ended(error: XmppError): void;
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
  /** Writes a stanza, or keeps it until it can be. */
  write(stanza: Element, options: SendOptions): Promise<Delivery>;
}

/** Above this many waiting bytes, who sends waits too. */
const highWater = 1024 * 1024;
/** A connection that lasted so many milliseconds was a good one: waiting begins small again. */
const goodConnection = 30_000;
/** How often in a row servers may send us elsewhere. */
const maxDetours = 3;

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
      const fault = exceeds(live.limits, entry.stanza);
      if (fault !== undefined) {
        entry.failed(fault);
        continue;
      }
      if (!live.send(entry.stanza, entry.receipt)) return queue.unshift([entry]);
      entry.written();
    }
  }

  function end(error: XmppError): void {
    if (status.status === 'ended') return;
    live = undefined;
    queue.fail(error);
    setStatus({ status: 'ended', error });
    parts.ended(error);
  }

  /** Resolves when online, with a promise of how that ends. */
  async function connectTo(
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<{ readonly lost: Promise<XmppError | undefined> }> {
    const address = formatService(endpoint);
    setStatus({ status: 'connecting', endpoint: address });
    const lost = Promise.withResolvers<XmppError | undefined>();
    let keepalive: Keepalive | undefined;
    let unwatch: (() => void) | undefined;
    const transport = await parts.connect(endpoint, { signal, timeout });
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
          keepalive = startKeepalive(stream, clock, () => parts.probe(stream), settings.keepalive);
          unwatch = parts.onWake?.(keepalive.check);
          setStatus({ status: 'online', endpoint: address, jid, resumed });
          // First what an earlier session lost, then what was sent in the meantime, then what listeners send now.
          if (!resumed) queue.unshift(parts.redeliver());
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

  /** Tries one endpoint after the other. */
  async function round(signal: AbortSignal): ReturnType<typeof connectTo> {
    const errors: XmppError[] = [];
    let detours = 0;
    for await (const found of parts.endpoints(signal)) {
      for (let endpoint: Endpoint | undefined = found; endpoint !== undefined;) {
        try {
          return await connectTo(endpoint, signal);
        } catch (error) {
          if (signal.aborted || !(error instanceof XmppError)) throw error;
          errors.push(error);
          const other = error instanceof StreamError ? error.seeOtherHost : undefined;
          if (other === undefined && endsTheRound(error)) throw error;
          detours += 1;
          endpoint = other === undefined || detours > maxDetours ? undefined : parts.otherHost?.(other, endpoint);
        }
      }
    }
    throw roundError(name, errors);
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
      const unwatch = parts.onWake?.(finish);
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
        const { lost } = await round(signal);
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

  async function stop(): Promise<void> {
    const reason = new DisconnectedError(`the connection to ${name} was stopped`);
    stopping = true;
    if (live !== undefined) {
      flush();
      await live.close();
    }
    run?.controller.abort(reason);
    await run?.done;
    end(reason);
  }

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
    write(stanza, { signal }) {
      if (status.status === 'ended') return Promise.reject(status.error);
      try {
        const { entry, sent } = outgoing(encodeStanza(stanza));
        const fault = live && exceeds(live.limits, entry.stanza);
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
