import { parseElement } from '@xeps/core/xml';
import { createElement, encodeStanza, NS_CLIENT } from '@xeps/stream';
import type { EncodedStanza } from '@xeps/stream';
import type { UnackedStanza } from './unacked.ts';

/** XEP-0203 §3. */
const NS_DELAY = 'urn:xmpp:delay';
/** What this side wrote, it may read. */
const unlimited = { maxBytes: Infinity, maxDepth: 2048, maxAttributes: Infinity, maxChildren: Infinity };

/**
 * What to send of a stanza whose session was lost before the server acknowledged it (§4); undefined when it should not
 * be sent on a new session:
 *
 * - messages are sent again with the same id, so that a recipient can recognise a repetition, and with the time at
 *   which they were first sent (XEP-0203);
 * - messages to rooms are not: the new session has not joined them, and the room would only bounce them;
 * - presence is not: the new session says its own;
 * - IQs are not: an answer goes to the old address, and only who asked knows whether asking twice does harm.
 */
export function redelivery({ stanza, time }: UnackedStanza): EncodedStanza | undefined {
  if (stanza.kind !== 'message') return undefined;
  const message = parseElement(stanza.text, { xmlns: NS_CLIENT, limits: unlimited });
  if (message.attrs['type'] === 'groupchat') return undefined;
  if (message.getChild('delay', NS_DELAY) === undefined) {
    message.cnode(createElement('delay', NS_DELAY, { stamp: new Date(time).toISOString() }));
  }
  return encodeStanza(message);
}
