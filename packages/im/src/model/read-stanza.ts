import { StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { bareOf, tryParseJid } from '@xeps/core/jid';
import { messageThread } from '@xeps/rfc-6121';
import { receipt, receiptRequest } from '@xeps/xep-0184';
import { correction } from '@xeps/xep-0308';
import { displayed, markable } from '@xeps/xep-0333';
import { originId } from '@xeps/xep-0359';
import { retraction, tombstone } from '@xeps/xep-0424';
import { readReactions } from '@xeps/xep-0444';
import { reply } from '@xeps/xep-0461';
import type { Author } from '../store/records.ts';
import { readContent } from './read-content.ts';
import type { Incoming, What } from './incoming.ts';

/** What is known of a stanza beside what it says. */
export interface StanzaContext {
  /** The bare address of the own account. */
  readonly own: string;
  /** Its id in the account's archive, as far as that can be believed: `archivedOf`. */
  readonly archived?: string | undefined;
  /** When the server got it, if that is known. Milliseconds. */
  readonly time: number;
  /** It is out of the own archive, whose word on what it keeps is believed. */
  readonly fromArchive: boolean;
}

/**
 * What a message of the account tells, which it got or sent on any of its devices. `undefined` for what does not belong into
 * a conversation: messages of rooms, headlines, chat states, and what has nothing that is known.
 *
 * Who may say what about whose messages is decided where the messages are.
 */
export function readStanza(stanza: Element, context: StanzaContext): Incoming | undefined {
  const { type, id } = stanza.attrs as Readonly<Record<string, string | undefined>>;
  if (type === 'groupchat' || type === 'headline') return undefined;
  const way = wayOf(stanza, context.own);
  if (way === undefined) return undefined;
  const what = type === 'error' ? readBounce(stanza, id) : readWhat(stanza, context);
  if (what === undefined) return undefined;
  const origin = find(stanza, 'origin-id') ? originId.safeFind(stanza) : undefined;
  return {
    ...way,
    // The empty id is nobody's.
    ...(id !== undefined && id !== '' && { id }),
    ...(origin?.ok === true && origin.value.id !== '' && { originId: origin.value.id }),
    ...(context.archived !== undefined && { archived: context.archived }),
    time: context.time,
    what,
  };
}

interface Way {
  readonly conversation: string;
  readonly author: Author;
  readonly outgoing: boolean;
}

/** With whom the conversation is, and who of both speaks. */
function wayOf({ attrs, children }: Element, own: string): Way | undefined {
  const from = attrs['from'] === undefined ? own : addressOf(attrs['from'] as string);
  if (from === undefined) return undefined;
  const outgoing = bareOf(from) === own;
  const peer = outgoing ? (attrs['to'] === undefined ? own : addressOf(attrs['to'] as string)) : from;
  if (peer === undefined) return undefined;
  // In private messages of a room the occupant counts (XEP-0045 §7.5).
  const occupant = children.some(
    (child) => typeof child === 'object' && child.name === 'x' && child.attrs['xmlns'] === NS_MUC_USER,
  );
  const conversation = occupant ? peer : bareOf(peer);
  return { conversation, author: { address: outgoing ? own : conversation }, outgoing };
}

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

function addressOf(text: string): string | undefined {
  return tryParseJid(text, { lenient: true })?.toString();
}

function readWhat(stanza: Element, context: StanzaContext): What | undefined {
  // Most messages have few children, and decoding is dear: by name first.
  if (find(stanza, 'retract')) {
    const found = retraction.safeFind(stanza);
    if (found?.ok === true) return { kind: 'retraction', target: found.value.id };
  }
  if (find(stanza, 'reactions')) {
    const found = readReactions(stanza);
    if (found !== undefined) return { kind: 'reactions', target: found.id, emojis: found.reactions };
  }
  const content = readContent(stanza);
  if (content !== undefined) {
    const found = find(stanza, 'replace') ? correction.safeFind(stanza) : undefined;
    if (found?.ok === true && found.value.id !== '') return { kind: 'edit', target: found.value.id, content };
    return { kind: 'message', content, ...readAbout(stanza) };
  }
  if (context.fromArchive && find(stanza, 'retracted') && tombstone.safeFind(stanza)?.ok === true)
    return { kind: 'message', content: { text: '' }, retracted: {} };
  if (find(stanza, 'displayed')) {
    const found = displayed.safeFind(stanza);
    if (found?.ok === true) return { kind: 'displayed', target: found.value.id };
  }
  if (find(stanza, 'received')) {
    const found = receipt.safeFind(stanza);
    if (found?.ok === true) return { kind: 'received', target: found.value.id };
  }
  return undefined;
}

/** What a message says about itself. */
function readAbout(stanza: Element): {
  readonly thread?: string;
  readonly replyTo?: string;
  readonly markable?: boolean;
  readonly receiptWanted?: boolean;
} {
  const thread = find(stanza, 'thread') ? messageThread.safeFind(stanza) : undefined;
  const answered = find(stanza, 'reply') ? reply.safeFind(stanza) : undefined;
  return {
    ...(thread?.ok === true && thread.value.id !== '' && { thread: thread.value.id }),
    ...(answered?.ok === true && { replyTo: answered.value.id }),
    ...(find(stanza, 'markable') && markable.safeFind(stanza)?.ok === true && { markable: true }),
    ...(find(stanza, 'request') && receiptRequest.safeFind(stanza)?.ok === true && { receiptWanted: true }),
  };
}

function readBounce(stanza: Element, id: string | undefined): What | undefined {
  if (id === undefined || id === '') return undefined;
  const { condition, type, text } = StanzaError.fromStanza(stanza);
  return {
    kind: 'failed',
    target: id,
    failure: { condition, ...(text !== undefined && { text }), retry: type === 'wait' },
  };
}

function find({ children }: Element, name: string): boolean {
  for (const child of children) if (typeof child === 'object' && child.name === name) return true;
  return false;
}
