import { createEmitter, definePlugin, StanzaError } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { presenceStanza } from './presence-schema.ts';
import type { Presence } from './presence-schema.ts';
import { sendPresence } from './presence.ts';
import type { Availability } from './presence.ts';

/**
 * Addresses whose presence is remembered. Contacts come first in a session, so that a stranger who sends presence from
 * more addresses than that is the one who is not remembered.
 */
const MOST_ADDRESSES = 20_000;
/** Resources of one address; the occupants of a room are the resources of its address. */
const MOST_RESOURCES = 20_000;
/** Resources in all. */
const MOST_ENTRIES = 100_000;

/** An available resource: where it is, and what it said last. */
export interface AvailableResource extends Presence {
  /** Who is available: an account's device, an occupant of a room, a service. */
  readonly from: Jid;
}

/** What the `presence` plugin tells. */
export interface PresenceApiEvents {
  /** A resource became available, or is so in another way; `previous` is what it said before. */
  available: { readonly presence: AvailableResource; readonly previous?: AvailableResource };
  /** A resource went. `presence` is its farewell, unless the session ended under it. */
  unavailable: { readonly from: Jid; readonly previous: AvailableResource; readonly presence?: Presence };
  /** A presence came back, or its address can't be reached (§4.7.1). */
  error: { readonly from: Jid | undefined; readonly error: StanzaError };
}

/** Who is available, as far as they told, and what this entity tells. */
export interface PresenceApi {
  /** The available resources of an address, the one with the highest priority first, of equals the latest (RFC 6121 §8.5.2.1.1). */
  of(address: Jid | string): readonly AvailableResource[];
  /** What a resource said last; undefined when it is not available. */
  get(full: Jid | string): AvailableResource | undefined;
  /**
   * Takes an address, with all its resources if it is bare, for unavailable: where it is known that nothing more will be
   * heard of it.
   */
  forget(address: Jid | string): void;
  /** The bare addresses with an available resource. */
  addresses(): Jid[];
  /** Listens for changes. */
  on<K extends keyof PresenceApiEvents>(
    event: K,
    listener: (event: PresenceApiEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
  /** Tells everybody who is subscribed, now and at the beginning of every later session (§4.2). */
  announce(availability?: Availability): void;
  /** Goes unavailable (§4.5), and stays so in later sessions. */
  withdraw(farewell?: Pick<Availability, 'status' | 'payloads'>): void;
}

/** Knows who is available (§4), and keeps telling who is interested. */
export const presence: Plugin<PresenceApi> = /* @__PURE__ */ definePlugin({ name: 'presence', setup: setUpPresence });

interface Entry {
  readonly presence: AvailableResource;
  /** The order of arrival. */
  readonly at: number;
}

/** §4.7.1: errors after which nobody is behind the address any more. Others refuse what was sent: a nickname, a subscription. */
const unreachable: readonly string[] = [
  'gone',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
];

function setUpPresence(session: Session): PresenceApi {
  // Bare address → resource → what it said last.
  const known = new Map<string, Map<string, Entry>>();
  let entries = 0;
  let arrivals = 0;
  let announced: Availability | undefined;
  const events = createEmitter<PresenceApiEvents>(session.report);

  function remember(found: AvailableResource): void {
    const key = String(found.from.bare());
    const resource = found.from.resource ?? '';
    const resources = known.get(key);
    const previous = resources?.get(resource)?.presence;
    if (previous !== undefined || hasRoom(resources)) {
      const list = resources ?? new Map<string, Entry>();
      if (resources === undefined) known.set(key, list);
      if (previous === undefined) entries++;
      list.set(resource, { presence: found, at: arrivals++ });
    }
    events.emit('available', { presence: found, ...(previous && { previous }) });
  }

  function hasRoom(resources: ReadonlyMap<string, Entry> | undefined): boolean {
    if (entries >= MOST_ENTRIES) return false;
    return resources === undefined ? known.size < MOST_ADDRESSES : resources.size < MOST_RESOURCES;
  }

  /** A bare address that goes takes its resources with it (§3.3.3: the last word of a contact who ends a subscription). */
  function forget(from: Jid, farewell?: Presence): void {
    const key = String(from.bare());
    const resources = known.get(key);
    if (resources === undefined) return;
    for (const [resource, { presence: previous }] of [...resources]) {
      if (!from.isBare && resource !== from.resource) continue;
      resources.delete(resource);
      entries--;
      if (resources.size === 0) known.delete(key);
      events.emit('unavailable', { from: previous.from, previous, ...(farewell && { presence: farewell }) });
    }
  }

  session.on('presence', (stanza: Element) => {
    const decoded = presenceStanza.safeDecode(stanza);
    // Of an unknown type, or from what is no address: nothing to be learnt about anybody.
    if (!decoded.ok) return;
    const found = decoded.value;
    const from = found.from ?? session.jid;
    if (found.type === undefined) remember({ ...found, from });
    else if (found.type === 'unavailable') forget(from, found);
    else if (found.type === 'error') {
      const error = StanzaError.fromStanza(stanza);
      if (unreachable.includes(error.condition)) forget(from, found);
      events.emit('error', { from: found.from, error });
    }
  });
  // What was said belongs to the session in which it was heard: the server tells anew.
  session.on('online', () => {
    const gone = [...known.values()].flatMap((resources) => [...resources.values()]);
    known.clear();
    entries = 0;
    for (const { presence: previous } of gone) events.emit('unavailable', { from: previous.from, previous });
  });

  /** Whether the session began and nobody has been told yet. */
  let due = false;
  function tell(): void {
    due = false;
    // What can't be sent now is sent when the next session begins.
    if (announced !== undefined) sendPresence(session, announced).catch(() => undefined);
  }
  session.on('online', () => {
    due = true;
    // Two turns later, so that the roster is asked for before the initial presence goes out (§2.2).
    queueMicrotask(() => queueMicrotask(() => due && tell()));
  });

  return {
    of(address) {
      const resources = [...(known.get(String(toJid(address).bare()))?.values() ?? [])];
      resources.sort((a, b) => b.presence.priority - a.presence.priority || b.at - a.at);
      return resources.map((entry) => entry.presence);
    },
    get(full) {
      const address = toJid(full);
      return known.get(String(address.bare()))?.get(address.resource ?? '')?.presence;
    },
    forget: (address) => forget(toJid(address)),
    addresses: () =>
      [...known.values()].flatMap((resources) =>
        [...resources.values()].slice(0, 1).map((entry) => entry.presence.from.bare()),
      ),
    on: (event, listener, options) => events.on(event, listener, options),
    announce(availability = {}) {
      // Encoded at once, so that a fault is the caller's.
      presenceStanza.encode({ show: availability.show, priority: availability.priority });
      announced = availability;
      if (session.status === 'online') tell();
    },
    withdraw(farewell = {}) {
      announced = undefined;
      due = false;
      if (session.status === 'online')
        sendPresence(session, { ...farewell, type: 'unavailable' }).catch(() => undefined);
    },
  };
}
