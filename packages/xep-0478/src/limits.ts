import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import type { EncodedStanza } from '@xeps/stream';

/** XEP-0478 §7. */
export const NS_STREAM_LIMITS = 'urn:xmpp:stream-limits:0';

/** What a server says that it takes in, XEP-0478 §3.1; whatever it does not say is undefined. */
export interface StreamLimits {
  /** Bytes of one stanza. */
  readonly maxBytes?: number | undefined;
  /** Seconds without a word from this side after which it may take the stream for idle, and end it. */
  readonly idleSeconds?: number | undefined;
}

/** Reads the limits in a features element; a number that is none counts as not said. */
export function decodeStreamLimits(features: Element): StreamLimits {
  const limits = features.getChild('limits', NS_STREAM_LIMITS);
  const read = (name: string): number | undefined => {
    const text = limits?.getChildText(name, NS_STREAM_LIMITS)?.trim() ?? '';
    return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
  };
  return { maxBytes: read('max-bytes'), idleSeconds: read('idle-seconds') };
}

/** Why a stanza must not be sent within these limits (XEP-0478 §4); undefined when it may be. */
export function exceeds(limits: StreamLimits, { kind, text }: EncodedStanza): XmppError | undefined {
  const { maxBytes } = limits;
  // A UTF-16 code unit is at most three bytes: counting is needed near the limit only.
  if (maxBytes === undefined || text.length * 3 <= maxBytes) return undefined;
  const size = new TextEncoder().encode(text).length;
  if (size <= maxBytes) return undefined;
  return new XmppError('ERR_XMPP_TOO_BIG', `the ${kind} has ${size} bytes, and the server takes ${maxBytes} at most`);
}
