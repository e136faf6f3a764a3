import { createEmitter, definePlugin, isStanzaError } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { disco, hasFeature } from '@xeps/xep-0030';
import type { DiscoApi, DiscoInfo } from '@xeps/xep-0030';
import { announce } from './announce.ts';
import { createLookup } from './lookup.ts';
import { capabilities, NS_CAPS } from './schema.ts';
import type { Capabilities } from './schema.ts';
import type { CapsStore } from './store.ts';

/** Names the software unless the application does (§4). */
const DEFAULT_NODE = 'https://github.com/xeps/xeps';
/** Entities whose announcement is remembered; the one that was silent for the longest goes first. */
const MOST_ENTITIES = 20_000;

/** Characters of an announcement; longer ones are no honest software's and are passed over. */
const LONGEST = 2000;

/** How the own capabilities are announced and others' are kept. */
export interface CapsSettings {
  /** The URI of the software that this is, such as its web site (§4). */
  readonly node?: string;
  /** Keeps what is verified from one run to the next (§8.2). */
  readonly store?: CapsStore;
}

/** What others can do, and what this entity says that it can do. */
export interface CapsApi {
  /**
   * What an entity is and can do: from the cache if its announcement is known there, else by asking it. An entity that
   * announced nothing is asked each time. Give the full address of a client.
   *
   * Rejects as `session.request` does, and with the signal's reason.
   */
  of(entity: Jid | string, options?: ListenOptions): Promise<DiscoInfo>;
  /** Whether an entity has a feature; one that refuses to tell has not. Rejects when it can't be asked. */
  supports(entity: Jid | string, feature: string, options?: ListenOptions): Promise<boolean>;
  /** What an entity announced of itself last. It is a claim about nobody but itself. */
  announced(entity: Jid | string): Capabilities | undefined;
  /**
   * Takes an announcement from elsewhere than presence: the features of a stream, for the server's address (§6.3). Holds
   * until the next session begins, so call it once the session is online.
   */
  learn(entity: Jid | string, holder: Element): void;
  /** Tells when an entity announces something new. */
  onAnnounced(listener: (entity: Jid) => void, options?: ListenOptions): Disposable;
  /** What the own presence carries; `undefined` in the first moments of a session. */
  own(): Capabilities | undefined;
  /** Changes how it works; what is left out stays as it is. */
  configure(settings: CapsSettings): void;
}

/** Announces the own features in presence (§6.1), and finds out those of others at the cost of one question a `ver` (§6.2). */
export const caps: Plugin<CapsApi> = /* @__PURE__ */ definePlugin({
  name: 'caps',
  requires: { disco },
  setup: (session, requirements) => setUpCaps(session, requirements.disco),
});

function setUpCaps(session: Session, discoApi: DiscoApi): CapsApi {
  let store: CapsStore | undefined;
  // In the order of their announcements.
  const announcements = new Map<string, Capabilities>();
  const lookup = createLookup(session, () => store);
  const news = createEmitter<{ announced: Jid }>(session.report);

  function note(entity: Jid, announced: Capabilities): void {
    const { hash = '', node, ver, ext = '' } = announced;
    if (hash.length + node.length + ver.length + ext.length > LONGEST) return;
    const key = String(entity);
    const known = announcements.get(key);
    const same =
      known !== undefined &&
      known.hash === announced.hash &&
      known.node === announced.node &&
      known.ver === announced.ver &&
      known.ext === announced.ext;
    announcements.delete(key);
    announcements.set(key, same ? known : announced);
    if (announcements.size > MOST_ENTITIES) for (const oldest of announcements.keys()) return drop(oldest);
    if (!same) news.emit('announced', entity);
  }

  function drop(key: string): void {
    announcements.delete(key);
    lookup.forget(key);
  }

  session.on('presence', (stanza) => {
    const entity = tryParseJid(String(stanza.attrs['from'] ?? ''), { lenient: true });
    if (entity === undefined) return;
    const type: unknown = stanza.attrs['type'];
    if (type === 'unavailable') return drop(String(entity));
    if (type !== undefined) return;
    // §8.4: presence without capabilities takes nothing back: the server may have left them out. Broken ones are none.
    const found = capabilities.safeFind(stanza);
    if (found?.ok === true) note(entity, found.value);
  });
  session.on('online', () => {
    announcements.clear();
    lookup.reset();
  });
  discoApi.addFeature(NS_CAPS);
  const announcer = announce(session, discoApi, DEFAULT_NODE);

  const of = async (entity: Jid | string, { signal }: ListenOptions = {}): Promise<DiscoInfo> => {
    signal?.throwIfAborted();
    const address = toJid(entity);
    // Others may wait for the same answer: only the waiting stops, not the question.
    return untilAborted(lookup.find(address, announcements.get(String(address))), signal);
  };
  return {
    of,
    async supports(entity, feature, options) {
      try {
        return hasFeature(await of(entity, options), feature);
      } catch (error) {
        if (isStanzaError(error)) return false;
        throw error;
      }
    },
    announced: (entity) => announcements.get(String(toJid(entity))),
    learn(entity, holder) {
      const found = capabilities.safeFind(holder);
      if (found?.ok === true) note(toJid(entity), found.value);
    },
    onAnnounced: (listener, options) => news.on('announced', listener, options),
    own: announcer.current,
    configure(settings) {
      if (settings.store !== undefined) store = settings.store;
      if (settings.node !== undefined) announcer.setNode(settings.node);
    },
  };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
