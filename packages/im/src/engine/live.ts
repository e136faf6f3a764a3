import { whenOnline } from '@xeps/core';
import type { Element, Session } from '@xeps/core';
import { delayOf } from '@xeps/xep-0203';
import { carbons } from '@xeps/xep-0280';
import type { AccountMessage } from '@xeps/xep-0280';
import { NS_PUBSUB_EVENT } from '@xeps/xep-0060';
import { NS_MAM } from '@xeps/xep-0313';
import { stanzaIdsBy } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import type { Applied } from '../model/apply.ts';
import { archivedOf } from '../model/incoming.ts';
import type { Incoming } from '../model/incoming.ts';
import { readStanza } from '../model/read-stanza.ts';
import type { Journal } from './journal.ts';

/** Messages as they come to this device, and copies of those of other devices. */
export interface Live {
  /** Resolves when a message that came is in the store; `undefined` when it is none that is stored. */
  stored(stanza: Element): Promise<void> | undefined;
  /** Resolves when all that came is in the store. */
  settled(): Promise<void>;
}

interface Waiting extends AccountMessage {
  readonly came: number;
}

/**
 * Takes messages into the store as they come: those that came together in one transaction. A message counts as handled
 * (XEP-0198) when it is stored, so that it comes again if this program ends before that.
 */
export function createLive(
  session: Session,
  journal: Journal,
  applied: (applied: Applied, incoming: readonly Incoming[], messages: readonly AccountMessage[]) => void,
  signal: AbortSignal,
): Live {
  const stored = new WeakMap<Element, Promise<void>>();
  let ids: Promise<StanzaIdReader | undefined> = Promise.resolve(undefined);
  let waiting: Waiting[] = [];
  let storing: Promise<void> | undefined;

  async function store(): Promise<void> {
    try {
      while (waiting.length > 0) await storeWaiting();
    } finally {
      // In the very moment in which nothing was left: what comes in the next one begins anew.
      storing = undefined;
    }
  }

  async function storeWaiting(): Promise<void> {
    const reader = await ids;
    const messages = waiting;
    waiting = [];
    const read = messages.flatMap((message) => {
      const one = readStanza(message.stanza, {
        own: session.jid.bare().toString(),
        archived: archivedName(reader, message.stanza),
        time: delayOf(session, message.stanza)?.stamp.getTime() ?? message.delay?.stamp.getTime() ?? message.came,
        fromArchive: false,
      });
      return one === undefined ? [] : [{ one, message }];
    });
    if (read.length === 0) return;
    const incoming = read.map(({ one }) => one);
    applied(
      await journal.put(incoming, { kind: 'live' }),
      incoming,
      read.map(({ message }) => message),
    );
  }

  function take(message: AccountMessage): void {
    // What an archive or a node tells comes in messages too, and is others' to read.
    if (!mayBeKept(message.stanza)) return;
    waiting.push({ ...message, came: Date.now() });
    // In the next turn, so that what comes in one piece is stored in one transaction.
    storing ??= Promise.resolve().then(store);
    stored.set(message.stanza, storing);
    storing.catch((error: unknown) => {
      if (!session.signal.aborted) session.report(error, message.stanza);
    });
    session.waitUntil(storing);
  }

  session.use(carbons).on('message', take, { signal });
  const ask = (known: Promise<StanzaIdReader | undefined>): void => {
    ids = stanzaIdsBy(session, { signal: AbortSignal.any([session.signal, signal]) }).catch(() => known);
  };
  whenOnline(session, () => ask(ids), { signal });
  session.on('resumed', ({ restored }) => restored && ask(Promise.resolve(undefined)), { signal });

  return {
    stored: (stanza) => stored.get(stanza),
    settled: async () => storing,
  };
}

function archivedName(reader: StanzaIdReader | undefined, stanza: Element): string | undefined {
  const id = reader?.of(stanza);
  return id === undefined ? undefined : archivedOf('', id);
}

function mayBeKept({ children }: Element): boolean {
  for (const child of children) {
    if (typeof child !== 'object') continue;
    const { name } = child;
    if (
      (name === 'result' && child.attrs['xmlns'] === NS_MAM) ||
      (name === 'event' && child.attrs['xmlns'] === NS_PUBSUB_EVENT)
    )
      return false;
  }
  return true;
}
