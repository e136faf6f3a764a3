import type { Element } from '@xeps/core';
import { childElements, namespaceOf, StanzaError } from '@xeps/core';
import { parseJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { hint } from '@xeps/xep-0334';
import { NS_MAM, NS_MAM_EXTENDED } from '@xeps/xep-0313';
import type { ArchiveMetadataInput } from '@xeps/xep-0313';
import { NS_SID, stanzaId } from '@xeps/xep-0359';
import { getPreferencesQuery, setPreferencesQuery } from '@xeps/xep-0441';
import { copyOf } from '../../host/copy.ts';
import type { Host } from '../../host/host.ts';
import { serverModule } from '../../host/module.ts';
import type { ServerModule } from '../../host/module.ts';
import { roster } from '../roster.ts';
import { answerArchive, metadataOf } from './answer.ts';
import { createMessageLog } from './log.ts';
import type { MessageLog } from './log.ts';

export { answerArchive } from './answer.ts';
export { createMessageLog, stanzaOf } from './log.ts';
export type { MessageLog } from './log.ts';

/** What others may ask of it. */
export interface ArchiveApi {
  readonly log: MessageLog;
  /** The id that a message got in the archive of its sender, while it is on its way. */
  idOf(stanza: Element): string | undefined;
  metadata(account: Jid): ArchiveMetadataInput;
}

/** Addresses in each of the two lists (XEP-0441 §2.1). */
const maxListed = 1000;

interface Preferences {
  readonly default: 'always' | 'never' | 'roster';
  readonly always: readonly string[];
  readonly never: readonly string[];
}

/** Every account's archive (XEP-0313), its preferences (XEP-0441), and the ids that it gives out (XEP-0359). */
export const archive: ServerModule<ArchiveApi> = serverModule({
  name: 'archive',
  setup(host, use): ArchiveApi {
    const log = createMessageLog(host, 'archive');
    const preferences = host.store.table<Preferences>('archive-preferences');
    const sentAs = new WeakMap<Element, string>();
    const isWanted = (account: Jid, peer: Jid): boolean => {
      const {
        default: otherwise,
        always,
        never,
      } = preferences.get(String(account)) ?? { default: 'always', always: [], never: [] };
      // §2.3.1: the full address first, then the bare one.
      for (const address of [String(peer), String(peer.bare())]) {
        if (never.includes(address)) return false;
        if (always.includes(address)) return true;
      }
      if (otherwise !== 'roster') return otherwise === 'always';
      const contact = use(roster)?.contact(account, peer);
      return contact !== undefined && contact.hidden !== true;
    };

    host.hooks.on('outgoing', ({ session, stanza, to }) => {
      const account = session.jid.bare();
      removeIdsBy(stanza, account);
      // What one sends to oneself is kept once, as it arrives.
      if (to.bare().equals(account) || !isArchivable(stanza) || !isWanted(account, to)) return;
      sentAs.set(stanza, log.append(String(account), stanza, { with: String(to) }).id);
    });
    host.hooks.on('incoming', ({ account, stanza, from }) => {
      // XEP-0359 §3: what claims to be ours and is not, goes.
      removeIdsBy(stanza, account);
      if (!isArchivable(stanza) || !isWanted(account, from)) return;
      const { id } = log.append(String(account), copyOf(stanza), { with: String(from) });
      stanza.cnode(stanzaId.encode({ id, by: account }));
    });
    host.hooks.on('removed', ({ account }) => {
      log.remove(String(account));
      preferences.delete(String(account));
    });

    answerArchive(host, host.accountIq, log, { ownerOf: ({ to }) => String(to) });
    host.accountIq.handle(getPreferencesQuery, (_, { to }) => read(preferences.get(String(to))));
    host.accountIq.handle(setPreferencesQuery, ({ default: otherwise, always, never }, { to }) => {
      if (Math.max(always.length, never.length) > maxListed) throw new StanzaError('resource-constraint');
      preferences.set(String(to), { default: otherwise, always: always.map(String), never: never.map(String) });
      return { default: otherwise, always, never };
    });
    host.disco.account.feature(NS_MAM, NS_MAM_EXTENDED, NS_SID);
    host.disco.server.feature(NS_MAM, NS_MAM_EXTENDED);
    return { log, idOf: (stanza) => sentAs.get(stanza), metadata: (account) => metadataOf(log, String(account)) };
  },
});

function read(kept: Preferences = { default: 'always', always: [], never: [] }) {
  const { default: otherwise, always, never } = kept;
  return {
    default: otherwise,
    always: always.map((text) => parseJid(text)),
    never: never.map((text) => parseJid(text)),
  };
}

/** Takes out the stanza ids that only `by` may give. */
export function removeIdsBy(stanza: Element, by: Jid): void {
  for (const child of childElements(stanza)) {
    if (child.name !== 'stanza-id' || namespaceOf(child) !== NS_SID) continue;
    if (tryParseJid(String(child.attrs['by'] ?? ''))?.equals(by) === true) stanza.remove(child);
  }
}

/** Payloads that are about the moment, and not worth keeping by themselves. */
const fleeting: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/chatstates',
  'urn:xmpp:hints',
  'urn:xmpp:delay',
  NS_SID,
  'jabber:x:event',
  'jabber:x:delay',
  'jabber:x:conference',
  'http://jabber.org/protocol/pubsub#event',
  'urn:xmpp:rtt:0',
]);

/** Whether a message belongs in an account's archive (XEP-0313 §6.1.3). */
export function isArchivable(stanza: Element): boolean {
  const { type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
  return type !== 'error' && type !== 'headline' && type !== 'groupchat' && isWorthKeeping(stanza);
}

/** Whether a message means something later, whatever its type (XEP-0334 §4). */
export function isWorthKeeping(stanza: Element): boolean {
  const hints = hint.findAll(stanza);
  if (hints.includes('no-store') || hints.includes('no-permanent-store')) return false;
  if (hints.includes('store') || stanza.getChild('body') !== undefined) return true;
  return childElements(stanza).some(
    (child) => child.name !== 'thread' && child.name !== 'request' && !fleeting.has(namespaceOf(child)),
  );
}

/** A message that was exchanged before the server was there. */
export interface HistoryEntry {
  /** With `from` and `to`. */
  readonly stanza: Element;
  readonly at: Date;
}

/** Puts history into the archives of the accounts that took part; oldest first. */
export function importHistory(host: Host, log: MessageLog, entries: readonly HistoryEntry[]): void {
  for (const { stanza, at } of entries) {
    const from = parseJid(String(stanza.attrs['from']));
    const to = parseJid(String(stanza.attrs['to']));
    for (const [own, peer] of [
      [from, to],
      [to, from],
    ] as const) {
      const account = host.account(own);
      if (account !== undefined) log.append(String(account), stanza, { with: String(peer), at: at.getTime() });
      if (from.bare().equals(to.bare())) break;
    }
  }
}
