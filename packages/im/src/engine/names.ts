import type { Session } from '@xeps/core';
import { parseJid, tryParseJid } from '@xeps/core/jid';
import { roster } from '@xeps/rfc-6121';
import { pep } from '@xeps/xep-0163';
import { nickNode } from '@xeps/xep-0172';
import { colorOf } from '@xeps/xep-0392';
import type { ColorOptions } from '@xeps/xep-0392';
import type { Journal } from './journal.ts';

/** Where a name is shown (modernxmpp, "Names"). */
export type NameView = 'conversation' | 'contact-list' | 'profile';

/** What to call people, and in which colour. */
export interface Names {
  /**
   * What to call an account: the name in the contact list, the nickname that it publishes (XEP-0172), then in a conversation
   * the part before the `@`, elsewhere the address.
   */
  displayName(address: string, view?: NameView): string;
  /** The colour of an account (XEP-0392), the same in every client: `#rrggbb`. */
  colorOf(address: string, options?: ColorOptions): string;
}

/** Characters of a nickname that are shown. */
const LONGEST = 100;

/** Follows names. */
export function createNames(
  session: Session,
  journal: Journal,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Names {
  const contacts = session.use(roster);
  const nicks = new Map<string, string>();

  journal
    .read((tx) => tx.getMeta('nicks'))
    .then((stored) => {
      for (const [address, nick] of (stored as [string, string][] | undefined) ?? [])
        if (!nicks.has(address)) nicks.set(address, nick);
    })
    .catch(report);

  session.use(pep).watch(
    nickNode,
    (event) => {
      const address = String(event.from);
      const nick = event.type === 'published' ? shortened(event.item.payload?.trim()) : undefined;
      if (nick === nicks.get(address)) return;
      if (nick === undefined || nick === '') nicks.delete(address);
      else nicks.set(address, nick);
      journal.write((tx) => tx.setMeta('nicks', [...nicks])).catch(report);
    },
    { signal },
  );

  return {
    displayName(address, view = 'conversation') {
      const jid = tryParseJid(address, { lenient: true });
      if (jid === undefined) return address;
      const bare = String(jid.bare());
      const own = contacts.get(jid.bare())?.name?.trim();
      if (own !== undefined && own !== '') return own;
      return nicks.get(bare) ?? (view === 'conversation' ? (jid.local ?? bare) : bare);
    },
    colorOf: (address, options) => colorOf(parseJid(address, { lenient: true }).bare(), options),
  };
}

function shortened(nick: string | undefined): string | undefined {
  return nick === undefined || nick.length <= LONGEST ? nick : [...nick].slice(0, LONGEST).join('');
}
