import type { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { encodeStanza } from '@xeps/stream';
import type { EncodedStanza } from '@xeps/stream';
import type { ServerStream } from '../stream/server-stream.ts';

/** Something between a session and its stream: takes what is on its way out. */
export interface Outlet {
  /** Writes it, keeps it, or drops it. `next` is the way on. */
  write(stanza: Element, next: (stanza: Element) => void): void;
}

/** A resource that is bound: what the rest of the server sends to. It may outlive its stream (XEP-0198 §5). */
export interface ClientSession {
  /** The full address. */
  readonly jid: Jid;
  /** The last presence that was broadcast; undefined while not available (RFC 6121 §4.2). */
  presence: Element | undefined;
  /** Of that presence, -128 to 127. */
  priority: number;
  /** The stream that carries it; undefined while it has none. */
  readonly stream: ServerStream | undefined;
  /** Whether it has not ended: then `send` reaches nobody any more. */
  readonly alive: boolean;
  /** Sends a stanza to the client, or keeps it for when it is back. */
  send(stanza: Element): void;
  /** Puts something between session and stream: what came last gets stanzas first. */
  addOutlet(outlet: Outlet): void;
  /** What each written stanza is told to, once it has passed the outlets; for counting (XEP-0198 §4). */
  onWritten: ((stanza: Element, encoded: EncodedStanza) => void) | undefined;
  /**
   * Asked when the stream is lost: true keeps the session, for somebody to attach another stream to it or to end it.
   */
  keepWithoutStream: (() => boolean) | undefined;
  /** Puts the session on a stream. */
  attach(stream: ServerStream): void;
  /** Takes it off its stream. */
  detach(): void;
  /** To be called by the host: it is over. */
  close(): void;
}

/** Makes a session on a stream. `observe` sees each stanza that is written. */
/* @__NO_SIDE_EFFECTS__ */
export function createClientSession(
  jid: Jid,
  first: ServerStream,
  filter: (session: ClientSession, stanza: Element) => readonly Element[],
): ClientSession {
  let stream: ServerStream | undefined = first;
  let alive = true;
  let write = (stanza: Element): void => {
    for (const passed of filter(session, stanza)) {
      const encoded = encodeStanza(passed);
      session.onWritten?.(passed, encoded);
      stream?.sendStanza(encoded, passed);
    }
  };
  const session: ClientSession = {
    jid,
    presence: undefined,
    priority: 0,
    onWritten: undefined,
    keepWithoutStream: undefined,
    get stream() {
      return stream;
    },
    get alive() {
      return alive;
    },
    send(stanza) {
      if (alive) write(stanza);
    },
    addOutlet(outlet) {
      const next = write;
      write = (stanza) => outlet.write(stanza, next);
    },
    attach(other) {
      stream = other;
    },
    detach() {
      stream = undefined;
    },
    close() {
      alive = false;
      stream = undefined;
    },
  };
  return session;
}

/** All sessions, by address. */
export interface Sessions {
  add(session: ClientSession): void;
  remove(session: ClientSession): void;
  /** The session of a full address. */
  find(jid: Jid): ClientSession | undefined;
  /** The sessions of an account, in the order in which they were bound. */
  of(account: Jid): readonly ClientSession[];
  all(): Iterable<ClientSession>;
}

/** Makes a register without sessions. */
/* @__NO_SIDE_EFFECTS__ */
export function createSessions(): Sessions {
  const accounts = new Map<string, Map<string, ClientSession>>();
  return {
    add(session) {
      const account = String(session.jid.bare());
      const resources = accounts.get(account) ?? new Map<string, ClientSession>();
      accounts.set(account, resources.set(session.jid.resource!, session));
    },
    remove({ jid }) {
      const account = String(jid.bare());
      const resources = accounts.get(account);
      resources?.delete(jid.resource!);
      if (resources?.size === 0) accounts.delete(account);
    },
    find: (jid) => accounts.get(String(jid.bare()))?.get(jid.resource ?? ''),
    of: (account) => Array.from(accounts.get(String(account.bare()))?.values() ?? []),
    *all() {
      for (const resources of accounts.values()) yield* resources.values();
    },
  };
}
