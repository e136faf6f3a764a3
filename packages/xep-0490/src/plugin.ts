import { createEmitter, definePlugin, DisconnectedError, isStanzaError, TimeoutError, whenOnline } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { getItems } from '@xeps/xep-0060';
import type { NodeItem } from '@xeps/xep-0060';
import { pep, PepError } from '@xeps/xep-0163';
import type { PepApi, PepEvent } from '@xeps/xep-0163';
import { mdsDisplayed, mdsNode, NS_MDS_SERVER_ASSIST } from './schema.ts';
import type { MdsDisplayed } from './schema.ts';
import { isSame, itemOf, keyOf, newState, readState } from './state.ts';
import type { DisplayedState } from './state.ts';

/** Milliseconds in which states are gathered before they are published: reading on changes them with every message. */
const GATHER = 1000;

/** What the `displayedSync` plugin tells. */
export interface DisplayedSyncEvents {
  /**
   * Another device displayed a conversation up to a message, now or while this one was offline. A message that is older
   * than what was displayed here, or that is not known, is to be passed over (§5.1).
   */
  displayed: DisplayedState;
}

/** How far conversations were displayed, on all devices of this account. */
export interface DisplayedSyncApi {
  /** How far a conversation was displayed, as far as is known: what was set here, or else what the server has. */
  get(conversation: Jid | string): DisplayedState | undefined;
  /** The same of all conversations. */
  all(): DisplayedState[];
  /** Resolves when the server has answered in this session. Rejects when the states can't be had, or with the signal's reason. */
  loaded(options?: ListenOptions): Promise<void>;
  /**
   * Says that a conversation was displayed up to a message, to be published within a second; of several, the last counts.
   * `by` is this account when left out, and the room for a room. What the server has already is not published, and takes
   * back what still waits: so say it again after a `displayed` that is newer.
   *
   * What can't be published for want of a connection is when the next session begins. A refusal is a fault of the session;
   * a server that keeps no private nodes (`PepError`) is asked no more in this session.
   *
   * Throws `XmppError` for a `by` that is neither this account nor the room, `JidError` for what is no address.
   */
  set(conversation: Jid | string, stanzaId: string, by?: Jid | string): void;
  /**
   * What to add to a message of displayed markers (XEP-0333) to the conversation, so that the server publishes the state
   * (§4.5.3). Where the server does not do that, nothing is added and the state is published as by {@link set}.
   *
   * The message must hold something else, and go to the very address of the conversation. Don't use it where the others
   * are not to know (§7): `set` tells nobody.
   */
  payloads(conversation: Jid | string, stanzaId: string, by?: Jid | string): Element[];
  /**
   * Publishes what waits, at once: before going offline. Resolves when all is published or has failed. Rejects with the
   * signal's reason, which stops the waiting alone.
   */
  flush(options?: ListenOptions): Promise<void>;
  /**
   * Asks the server again. Between asking at the beginning of a session and the moment at which the server knows that this
   * client wants to be told (XEP-0163 §4.2), what others publish is told to nobody. Rejects as `session.request` does.
   */
  refresh(): Promise<void>;
  /** Listens. */
  on<K extends keyof DisplayedSyncEvents>(
    event: K,
    listener: (event: DisplayedSyncEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Keeps how far conversations were displayed the same on all devices of this account (§4). Asks for it at the beginning of
 * a session (§4.4), and believes the account itself alone.
 */
export const displayedSync: Plugin<DisplayedSyncApi> = /* @__PURE__ */ definePlugin({
  name: 'displayed-sync',
  requires: { pep },
  setup: (session, requirements) => setUpDisplayedSync(session, requirements.pep),
});

function setUpDisplayedSync(session: Session, pepApi: PepApi): DisplayedSyncApi {
  // By the text of the conversation's address: what the server has, and what it is to have.
  const known = new Map<string, DisplayedState>();
  const waiting = new Map<string, DisplayedState>();
  const events = createEmitter<DisplayedSyncEvents>(session.report);
  let state: 'failed' | 'loaded' | 'loading' = 'loading';
  let ready = Promise.withResolvers<void>();
  /** Counts the sessions with the server. */
  let turn = 0;
  /** Conversations that the server told of while it was asked for all: that answer may be older. */
  let touched = new Set<string>();
  let assists = false;
  let refused = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let publishing = Promise.resolve();
  /** What is being published; the server tells of it before or after it answers, or not at all. */
  let sending: { readonly key: string; readonly one: DisplayedState; told: boolean } | undefined;

  /** Takes what the server has. What was set here is no news. */
  function learn(key: string, next: DisplayedState): void {
    const old = known.get(key);
    known.set(key, next);
    const own = sending?.key === key && isSame(sending.one, next);
    if (own) sending!.told = true;
    if (isSame(waiting.get(key), next)) waiting.delete(key);
    else if (!own && !isSame(old, next)) events.emit('displayed', next);
  }

  function follow(event: PepEvent<MdsDisplayed>): void {
    // Other accounts may have such a node and say what they like there.
    if (!event.own || event.type === 'configured') return;
    if (event.type === 'published') {
      const told = readState(session, event.item);
      if (told === undefined) return;
      touched.add(String(told.conversation));
      learn(String(told.conversation), told);
    } else if (event.type === 'retracted') {
      const key = keyOf(event.id);
      touched.add(key);
      known.delete(key);
    } else known.clear();
  }

  async function load(): Promise<void> {
    const mine = ++turn;
    const since = (touched = new Set());
    refused = false;
    const [items, support] = await Promise.all([getStates(session), pepApi.support()]);
    if (mine !== turn) return;
    assists = support.features.includes(NS_MDS_SERVER_ASSIST);
    const before = new Set(since);
    const found = new Map(
      items
        .map((item) => readState(session, item))
        .filter((one) => one !== undefined)
        .map((one) => [String(one.conversation), one]),
    );
    for (const key of [...known.keys()]) if (!found.has(key) && !before.has(key)) known.delete(key);
    for (const [key, one] of found) if (!before.has(key)) learn(key, one);
    state = 'loaded';
    ready.resolve();
  }

  function begin(): void {
    if (state !== 'loading') ready = Promise.withResolvers();
    state = 'loading';
    ready.promise.catch(() => undefined);
    load()
      .catch((error: unknown) => {
        // After a session that was lost comes another, which asks again.
        if (error instanceof DisconnectedError || session.signal.aborted) return;
        state = 'failed';
        ready.reject(error);
        session.report(error);
      })
      .finally(schedule);
  }

  function schedule(): void {
    const mayPublish = state !== 'loading' && !refused && session.status === 'online';
    if (mayPublish && waiting.size > 0) timer ??= setTimeout(publishAll, GATHER);
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function publishAll(): void {
    stop();
    publishing = publishing.then(async () => {
      for (const [key, one] of [...waiting]) {
        // Unless it was set again, or taken back, while others were published.
        if (waiting.get(key) === one && !refused) await publish(key, one);
      }
      schedule();
    });
  }

  async function publish(key: string, one: DisplayedState): Promise<void> {
    const mine = { key, one, told: false };
    sending = mine;
    try {
      await pepApi.publish(mdsNode, itemOf(one));
      if (!mine.told) known.set(key, one);
      touched.add(key);
    } catch (error) {
      // Without an answer it may or may not have been published, and is again.
      if (error instanceof DisconnectedError || error instanceof TimeoutError || session.signal.aborted) return;
      refused ||= error instanceof PepError;
      session.report(error);
    } finally {
      sending = undefined;
    }
    if (waiting.get(key) === one && !refused) waiting.delete(key);
  }

  function set(one: DisplayedState): void {
    const key = String(one.conversation);
    // What is on its way will take the place of what the server has, unless it does not get there.
    const onItsWay = sending?.key === key ? sending.one : undefined;
    if (onItsWay === undefined && isSame(known.get(key), one)) waiting.delete(key);
    else waiting.set(key, onItsWay !== undefined && isSame(onItsWay, one) ? onItsWay : one);
    schedule();
  }

  pepApi.watch(mdsNode, follow);
  whenOnline(session, begin);
  // A session that goes on has missed nothing, unless it began in an earlier run, of which nothing is known here.
  session.on('resumed', ({ restored }) => (restored ? begin() : schedule()));
  session.on('disconnected', stop);
  session.signal.addEventListener('abort', stop, { once: true });

  return {
    get(conversation) {
      const key = String(toJid(conversation));
      return waiting.get(key) ?? known.get(key);
    },
    all: () => [...new Map([...known, ...waiting]).values()],
    loaded: ({ signal } = {}) => untilAborted(ready.promise, session.signal, signal),
    set: (conversation, id, by) => set(newState(session, conversation, id, by)),
    payloads(conversation, id, by) {
      const one = newState(session, conversation, id, by);
      // Should the server not tell of it within the time of gathering, it is published all the same.
      set(one);
      return assists && waiting.has(String(one.conversation)) ? [mdsDisplayed.encode(itemOf(one).payload)] : [];
    },
    flush({ signal } = {}) {
      if (session.status === 'online') publishAll();
      return untilAborted(publishing, session.signal, signal);
    },
    refresh: load,
    on: (event, listener, options) => events.on(event, listener, options),
  };
}

/** All states that the server has (§4.4); none where nobody has published any, or there are no such nodes. */
async function getStates(session: Session): Promise<NodeItem<MdsDisplayed>[]> {
  try {
    return await getItems(session, mdsNode);
  } catch (error) {
    if (isStanzaError(error, 'feature-not-implemented', 'item-not-found', 'service-unavailable')) return [];
    throw error;
  }
}

async function untilAborted(work: Promise<void>, ...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  const either = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  either.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(either.reason);
  either.addEventListener('abort', onAbort);
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    either.removeEventListener('abort', onAbort);
  }
}
