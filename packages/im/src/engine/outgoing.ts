import { newId, XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageStanza } from '@xeps/rfc-6121';
import { chatState } from '@xeps/xep-0085';
import { receiptRequest } from '@xeps/xep-0184';
import { correction } from '@xeps/xep-0308';
import { displayed, markable } from '@xeps/xep-0333';
import { hint } from '@xeps/xep-0334';
import { originId } from '@xeps/xep-0359';
import { spoilerPayloads } from '@xeps/xep-0382';
import { unstyled } from '@xeps/xep-0393';
import { NS_RETRACT, retraction } from '@xeps/xep-0424';
import { fallback } from '@xeps/xep-0428';
import { isEmoji, reactions } from '@xeps/xep-0444';
import { fileMessage } from '@xeps/xep-0447';
import { quoteFallback, reply } from '@xeps/xep-0461';
import type { Content, EventRecord } from '../store/records.ts';

/** A stanza to send, and the id that it goes by everywhere. */
export interface Outgoing {
  readonly id: string;
  readonly element: Element;
}

/** The message that another one answers. */
export interface Answered {
  readonly id: string;
  /** Who wrote it. */
  readonly author: string;
  /** What it says, for clients that know no replies. */
  readonly text: string;
}

/** A message to be sent; with the `id` of an earlier attempt, everybody sees that it is the same. */
export function sayMessage(
  to: Jid,
  content: Content,
  {
    id = newId(),
    thread,
    answered,
  }: { readonly id?: string; readonly thread?: string | undefined; readonly answered?: Answered | undefined } = {},
): Outgoing {
  // §4.1 of XEP-0184 and §4.1 of XEP-0333: whoever wants to be told says so; by §5.1 of XEP-0085 the other side learns that
  // it may tell when it writes.
  const about = [receiptRequest.encode({}), markable.encode({}), chatState.encode('active')];
  return compose(to, id, content, { thread, answered, payloads: about });
}

/** A message in other words. What it was sent with and still holds goes along (XEP-0308 §4). */
export function sayCorrection(to: Jid, corrects: string, content: Content, thread?: string): Outgoing {
  return compose(to, newId(), content, {
    thread,
    payloads: [correction.encode({ id: corrects }), receiptRequest.encode({})],
  });
}

/** XEP-0424 §3. */
const RETRACTED = '/me retracted a previous message, but it’s unsupported by your client.';

/** Takes a message back. */
export function sayRetraction(to: Jid, retracts: string): Outgoing {
  return stanza(to, newId(), RETRACTED, [
    retraction.encode({ id: retracts }),
    fallback.encode({ for: NS_RETRACT }),
    hint.encode('store'),
  ]);
}

/** Reacts to a message, in place of earlier reactions. Throws `XmppError` for what is not a single emoji (XEP-0444 §4). */
export function sayReactions(to: Jid, id: string, emojis: readonly string[]): Outgoing {
  const wrong = emojis.find((emoji) => !isEmoji(emoji));
  if (wrong !== undefined)
    throw new XmppError(
      'ERR_XMPP_REACTION',
      `“${wrong.slice(0, 20)}” is not a single emoji: people react with emojis alone`,
    );
  return stanza(to, newId(), undefined, [
    reactions.encode({ id, reactions: [...new Set(emojis)] }),
    hint.encode('store'),
  ]);
}

/** Tells that a message was read. */
export function sayDisplayed(to: Jid, id: string): Outgoing {
  return stanza(to, newId(), undefined, [displayed.encode({ id }), hint.encode('store')]);
}

/** The same message once more. */
export function sayAgain(record: EventRecord, answered: Answered | undefined): Outgoing {
  const { id, content, thread } = record.data;
  return sayMessage(parseJid(record.conversation), content!, { ...(id !== undefined && { id }), thread, answered });
}

interface Parts {
  readonly thread?: string | undefined;
  readonly answered?: Answered | undefined;
  readonly payloads: readonly Element[];
}

function compose(to: Jid, id: string, content: Content, { thread, answered, payloads }: Parts): Outgoing {
  const all = [...payloads];
  let body: string | undefined = content.text;
  if (content.attachments !== undefined && content.attachments.length > 0) {
    const files = content.attachments.map(({ url, name, mediaType, size, width, height, description, inline }) => ({
      file: {
        name,
        mediaType,
        size,
        width,
        height,
        ...(description !== undefined && { desc: new Map([['', description]]) }),
      },
      urls: [url],
      ...(inline !== undefined && { disposition: inline ? ('inline' as const) : ('attachment' as const) }),
    }));
    const shared = fileMessage(files, body);
    body = shared.body;
    all.push(...(shared.payloads ?? []));
  }
  if (answered !== undefined) {
    all.push(reply.encode({ id: answered.id, to: parseJid(answered.author) }));
    // A second part to be left out would have to be counted behind the first: files stand for themselves.
    if (content.attachments === undefined && answered.text !== '') {
      const quoted = quoteFallback({ text: answered.text }, content.text);
      body = quoted.body;
      all.push(fallback.encode(quoted.fallback));
    }
  }
  if (content.spoiler !== undefined) all.push(...spoilerPayloads(content.spoiler));
  if (content.unstyled === true) all.push(unstyled.encode({}));
  return stanza(to, id, body, all, content, thread);
}

function stanza(
  to: Jid,
  id: string,
  body: string | undefined,
  payloads: readonly Element[],
  { lang, subject }: Pick<Content, 'lang' | 'subject'> = {},
  thread?: string,
): Outgoing {
  const element = messageStanza.encode({
    id,
    to,
    type: 'chat',
    ...(lang !== undefined && { lang }),
    subject: subject === undefined ? new Map() : new Map([['', subject]]),
    body: body === undefined ? new Map() : new Map([['', body]]),
    thread: thread === undefined ? undefined : { id: thread },
    payloads: [...payloads, originId.encode({ id })],
  });
  return { id, element };
}
