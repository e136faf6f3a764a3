import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { serialize } from '@xeps/core/xml';
import { NS_CLIENT } from './namespaces.ts';

/** The three stanzas, RFC 6120 §8. */
export type StanzaKind = 'message' | 'presence' | 'iq';

/**
 * A stanza ready to be written, on any stream and more than once. Text rather than a tree: it can't change after it was
 * handed over, it can be stored, and writing it again costs nothing.
 */
export interface EncodedStanza {
  readonly kind: StanzaKind;
  /** Without the stream's content namespace, which TCP streams inherit from the header and WebSocket frames add. */
  readonly text: string;
}

/** Whether a name is that of a stanza. */
export function isStanzaKind(name: string): name is StanzaKind {
  return name === 'message' || name === 'iq' || name === 'presence';
}

/**
 * Writes a stanza as text.
 *
 * Throws `XmlError` for what XML can't carry, and `XmppError` (`ERR_XMPP_NOT_A_STANZA`) for anything that is not a
 * message, presence or IQ in `jabber:client`.
 */
export function encodeStanza(stanza: Element): EncodedStanza {
  const xmlns: unknown = stanza.attrs['xmlns'];
  if (!isStanzaKind(stanza.name) || (xmlns !== undefined && xmlns !== NS_CLIENT)) {
    throw new XmppError(
      'ERR_XMPP_NOT_A_STANZA',
      `<${stanza.name} xmlns='${String(xmlns)}'> is no message, presence or iq in ${NS_CLIENT}`,
    );
  }
  return { kind: stanza.name, text: serialize(stanza, { xmlns: NS_CLIENT }) };
}
