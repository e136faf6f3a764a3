import type { Element } from '@xeps/core';
import { forwarded } from './schema.ts';

/**
 * Puts a stanza into a message that forwards it to somebody (§3.1): adds `<forwarded/>` to `message`, which should have
 * a body, even an empty one, with what the user says about it (§3.2). `receivedAt` is when the stanza came.
 * Only for recipients that advertise {@link NS_FORWARD} (§4).
 */
export function forwardStanza(message: Element, stanza: Element, receivedAt: Date): void {
  message.cnode(forwarded.encode({ delay: { stamp: receivedAt }, stanza }));
}
