import { createEmitter, definePlugin } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageInfo, messageThread, roster } from '@xeps/rfc-6121';
import type { RosterApi } from '@xeps/rfc-6121';
import { disco } from '@xeps/xep-0030';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { markedId, sendDisplayed } from './actions.ts';
import { displayed, markable, NS_CHAT_MARKERS } from './schema.ts';

/** Messages whose marker is waited for; of more the oldest are no longer. */
const MOST_EXPECTED = 10_000;

/** Who is told what was displayed: contacts that see this account's presence anyway (§7) and rooms, nobody, or whom a function accepts. */
export type MarkerPolicy = 'contacts' | 'never' | ((from: Jid, message: Element) => boolean | Promise<boolean>);

/** A marker that came in. */
export interface MarkerEvent {
  /** Of the newest message that was displayed; one that is older than what is known already changes nothing (§5). */
  readonly id: string;
  readonly from: Jid;
  readonly message: Element;
}

/** What the `displayedMarkers` plugin tells. */
export interface MarkerEvents {
  /** A message that was sent to `from`, or to the account of that device, was displayed there. */
  displayed: MarkerEvent;
  /**
   * Somebody says, as an occupant of a room, that a message in it was displayed. Whoever keeps the rooms looks whether this
   * is one of them, looks the id up in it and nowhere else (§5), and keeps occupants apart by XEP-0421 (§7).
   */
  occupantDisplayed: MarkerEvent;
}

/** What is to be known of a message of a room. */
export interface MarkOptions {
  /** What `stanzaIdsBy(session, { by: room })` gave; undefined for a room that assigns no ids (§4.3). */
  readonly stanzaIds?: StanzaIdReader | undefined;
  /** The own nickname in the room: own messages are not marked (§5). */
  readonly nick?: string | undefined;
}

/** Markers, sent and got. */
export interface DisplayedMarkersApi {
  /** Who gets markers; `contacts` until this is called. People want to be able to say `never` (§8). */
  setPolicy(policy: MarkerPolicy): void;
  /**
   * The user has seen this message, and all before it in its conversation; only the newest needs to be marked (§4.2). False
   * when nothing was sent: nobody asked (outside of rooms, §5), the policy is against it (§7), or it is a marker itself, a
   * bounce, an own message, or one that has no id. Rejects as `sendMessage` does, and with `CodecError` for an element
   * that is no message.
   */
  mark(message: Element, options?: MarkOptions): Promise<boolean>;
  /**
   * Waits for markers of a message that another device or an earlier run sent. Those that this session sends with
   * `<markable/>` are known already.
   */
  expect(id: string, to: Jid | string): void;
  /** Listens for markers. */
  on<K extends keyof MarkerEvents>(
    event: K,
    listener: (event: MarkerEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Sends markers where that is right, and tells of those that come. Copies of messages (carbons, archives) are left alone:
 * whoever reads them reads what is inside something else.
 */
export const displayedMarkers: Plugin<DisplayedMarkersApi> = /* @__PURE__ */ definePlugin({
  name: 'displayed-markers',
  requires: { disco, roster },
  setup(session, requirements) {
    requirements.disco.addFeature(NS_CHAT_MARKERS);
    return setUpMarkers(session, requirements.roster);
  },
});

function setUpMarkers(session: Session, contacts: RosterApi): DisplayedMarkersApi {
  // Message id → addressee, the oldest first.
  const expected = new Map<string, Jid>();
  const events = createEmitter<MarkerEvents>(session.report);
  let policy: MarkerPolicy = 'contacts';

  function expect(id: string, to: Jid): void {
    expected.delete(id);
    expected.set(id, to);
    if (expected.size > MOST_EXPECTED) expected.delete(expected.keys().next().value!);
  }

  async function mayKnow(from: Jid, message: Element, inRoom: boolean): Promise<boolean> {
    if (policy === 'never') return false;
    if (policy !== 'contacts') return policy(from, message);
    // Who is in a room sees there who else is.
    if (inRoom) return true;
    await contacts.loaded();
    const subscription = contacts.get(from.bare())?.subscription;
    return subscription === 'from' || subscription === 'both';
  }

  /** Whether what went to `to` may have been displayed at `from`. */
  function isAddressee(from: Jid, to: Jid): boolean {
    if (from.equals(to)) return true;
    if (!from.bare().equals(to.bare())) return false;
    // RFC 6121 §8.5.3.2.1: what is sent to a device that went may reach another one of that account. The occupants of a
    // room look the same and are not one person, but no room is a contact.
    return to.isBare || contacts.get(to.bare()) !== undefined;
  }

  session.beforeSend('message', (message) => {
    const { id, to, type } = message.attrs as Readonly<Record<string, string | undefined>>;
    if (id === undefined || to === undefined || type === 'error' || type === 'groupchat') return;
    if (markable.safeFind(message) === undefined) return;
    const addressee = tryParseJid(to);
    if (addressee !== undefined) expect(id, addressee);
  });
  session.on('message', displayed, ({ id }, message) => {
    const from = tryParseJid(String(message.attrs['from'] ?? ''));
    if (from === undefined) return;
    if (message.attrs['type'] === 'groupchat') {
      if (!from.isBare) events.emit('occupantDisplayed', { id, from, message });
      return;
    }
    const to = expected.get(id);
    if (to !== undefined && isAddressee(from, to)) events.emit('displayed', { id, from, message });
  });

  return {
    setPolicy: (next) => void (policy = next),
    async mark(message, { stanzaIds, nick } = {}) {
      const { from, type } = messageInfo(message);
      const id = markedId(message, stanzaIds);
      // §4.2: a marker is not answered, or two clients would go on for ever.
      if (id === undefined || from === undefined || displayed.safeFind(message) !== undefined) return false;
      if (from.bare().equals(session.jid.bare())) return false;
      const inRoom = type === 'groupchat';
      if (inRoom ? from.isBare || from.resource === nick : markable.safeFind(message) === undefined) return false;
      if (!(await mayKnow(from, message, inRoom))) return false;
      const thread = messageThread.safeFind(message);
      // §4.2: to the account, for all its devices; but an occupant of a room is reached by the full address alone.
      const to = inRoom || contacts.get(from.bare()) !== undefined ? from.bare() : from;
      await sendDisplayed(session, { to, id, type, thread: thread?.ok === true ? thread.value : undefined });
      return true;
    },
    expect: (id, to) => expect(id, toJid(to)),
    on: (event, listener, options) => events.on(event, listener, options),
  };
}
