import { definePlugin, XmppError } from '@xeps/core';
import type { Element, Plugin, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { mamResult } from './schema.ts';

/** A message in an archive. */
export interface ArchivedMessage {
  /** Its id in the archive, opaque: the `cursor` to go on from, and the stanza id by that archive (§3.5). */
  readonly id: string;
  /** When the archive got it; absent when it does not say. */
  readonly time?: Date;
  /** The message; absent where the archive keeps only a place for a deleted one (§3.2), and when there is a `fault`. */
  readonly stanza?: Element;
  /** Why it can't be read: it is broken, or a room's archive put words into the mouth of somebody else. */
  readonly fault?: XmppError;
}

/** A page on its way: what came of it. */
export interface OpenPage {
  /** Whose archive was asked. */
  readonly archive: Jid;
  /** Whether results may hold messages from anybody; otherwise only from the archive's own address (§6.1.2). */
  readonly anySender: boolean;
  /** More results than this are `onTooMany`'s. */
  readonly most: number;
  readonly onTooMany: () => void;
  readonly items: ArchivedMessage[];
  /** When something came last, by `performance.now()`. */
  lastAt: number;
}

/** The pages on their way, by their unguessable `queryid`. */
export type OpenPages = Map<string, OpenPage>;

/**
 * Sorts results to the pages that were asked for: one listener a session, however many queries there are. Only what the
 * archive that was asked sends, under the id of the query, is a result (§8.2); everything else is passed over.
 */
export const openPages: Plugin<OpenPages> = /* @__PURE__ */ definePlugin({
  name: 'archive-results',
  setup(session) {
    const open: OpenPages = new Map();
    session.on('message', (stanza) => {
      if (open.size > 0) sortIn(session, open, stanza);
    });
    return open;
  },
});

function sortIn(session: Session, open: OpenPages, stanza: Element): void {
  for (const child of stanza.children) {
    if (typeof child !== 'object' || child.name !== 'result') continue;
    const page = open.get(child.attrs['queryid'] as string);
    if (page === undefined || !mamResult.is(child) || !isFromArchive(session, page, stanza)) continue;
    page.lastAt = performance.now();
    if (page.items.length >= page.most) return page.onTooMany();
    const item = readResult(page, child);
    if (item !== undefined) page.items.push(item);
  }
}

function isFromArchive(session: Session, { archive }: OpenPage, stanza: Element): boolean {
  if (stanza.attrs['type'] === 'error') return false;
  const from = stanza.attrs['from'] as string | undefined;
  // The own server may leave its name out where it speaks for the account (RFC 6120 §8.1.2.1).
  if (from === undefined) return archive.equals(session.jid.bare());
  return from === archive.toString() || (tryParseJid(from)?.equals(archive) ?? false);
}

/** A result; one that has not even an id is nothing, and shows as a gap. */
function readResult(page: OpenPage, element: Element): ArchivedMessage | undefined {
  const decoded = mamResult.safeDecode(element);
  if (!decoded.ok) {
    const id = element.attrs['id'] as string | undefined;
    return id === undefined ? undefined : { id, fault: decoded.error };
  }
  const { id, forwarded } = decoded.value;
  const { delay, stanza } = forwarded;
  if (stanza !== undefined && !page.anySender && !isFromWithin(page.archive, stanza)) {
    const from = String(stanza.attrs['from'] ?? 'nobody');
    const fault = new XmppError(
      'ERR_XMPP_ARCHIVE_SENDER',
      `the archive of ${String(page.archive)} may not speak for ${from} (XEP-0313 §6.1.2)`,
    );
    return { id, ...(delay !== undefined && { time: delay.stamp }), fault };
  }
  return delay === undefined
    ? stanza === undefined
      ? { id }
      : { id, stanza }
    : stanza === undefined
      ? { id, time: delay.stamp }
      : { id, time: delay.stamp, stanza };
}

/** Whether a message is from the address of an archive or from one of its resources: an occupant of that room. */
function isFromWithin(archive: Jid, stanza: Element): boolean {
  const from = stanza.attrs['from'] as string | undefined;
  return from !== undefined && (tryParseJid(from)?.bare().equals(archive.bare()) ?? false);
}
