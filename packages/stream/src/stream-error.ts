import { XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { childElements, createElement } from './elements.ts';
import { NS_STREAM, NS_STREAM_ERRORS } from './namespaces.ts';

/** The defined conditions, RFC 6120 §4.9.3. */
export type StreamErrorCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'see-other-host'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-encoding'
  | 'unsupported-feature'
  | 'unsupported-stanza-type'
  | 'unsupported-version';

/**
 * What a new connection can do about an error.
 *
 * - `again`: the same may work later (the server restarts, is busy, or lost the connection).
 * - `change`: something must be different the next time: another host, or not the stanza that was refused.
 * - `never`: a new connection meets the same error (unknown domain, another client took the resource, refused login).
 */
export type Retry = 'again' | 'change' | 'never';

const retries: Readonly<Record<StreamErrorCondition, Retry>> = {
  'bad-format': 'change',
  'bad-namespace-prefix': 'change',
  'conflict': 'never',
  'connection-timeout': 'again',
  'host-gone': 'never',
  'host-unknown': 'never',
  'improper-addressing': 'change',
  'internal-server-error': 'again',
  'invalid-from': 'change',
  'invalid-namespace': 'never',
  'invalid-xml': 'change',
  'not-authorized': 'never',
  'not-well-formed': 'change',
  'policy-violation': 'change',
  'remote-connection-failed': 'again',
  'reset': 'again',
  'resource-constraint': 'again',
  'restricted-xml': 'change',
  'see-other-host': 'change',
  'system-shutdown': 'again',
  'undefined-condition': 'again',
  'unsupported-encoding': 'never',
  'unsupported-feature': 'never',
  'unsupported-stanza-type': 'change',
  'unsupported-version': 'never',
};

/** Details of a stream error. */
export interface StreamErrorOptions extends ErrorOptions {
  /** Human-readable, as the peer sent it or as it is sent to the peer. */
  readonly text?: string | undefined;
  /** An application-specific condition, RFC 6120 §4.9.4. */
  readonly application?: Element | undefined;
  /** RFC 6120 §4.9.3.19: `host`, `host:port` or `[ipv6]:port`. */
  readonly seeOtherHost?: string | undefined;
  /** Who found the fault: the peer, which sent the error, or this side. */
  readonly by?: 'peer' | 'self' | undefined;
}

/** A fault that ended a stream, RFC 6120 §4.9: one that the peer sent, or that this side found and sent. */
export class StreamError extends XmppError {
  static override readonly brand = 'StreamError';
  readonly condition: StreamErrorCondition;
  readonly text: string | undefined;
  readonly application: Element | undefined;
  readonly seeOtherHost: string | undefined;
  readonly by: 'peer' | 'self';
  readonly retry: Retry;

  constructor(condition: StreamErrorCondition, options: StreamErrorOptions = {}) {
    const { text, application, seeOtherHost, by = 'self' } = options;
    const what = by === 'peer' ? 'the server ended the stream' : 'the stream was ended';
    super('ERR_XMPP_STREAM', `${what}: ${condition}${text === undefined ? '' : ` (${text})`}`, options);
    this.condition = condition;
    this.text = text;
    this.application = application;
    this.seeOtherHost = seeOtherHost;
    this.by = by;
    // What the peer did wrong, it need not do again; what it says of us, it will.
    this.retry = by === 'self' && retries[condition] === 'never' ? 'change' : retries[condition];
  }
}

/** Builds `<stream:error/>`, with the prefix that RFC 6120 §4.8.5 advises: there are peers that know it by that alone. */
/* @__NO_SIDE_EFFECTS__ */
export function encodeStreamError(error: StreamError): Element {
  const { condition, text, application, seeOtherHost } = error;
  const element = createElement('stream:error', undefined, { 'xmlns:stream': NS_STREAM });
  element.cnode(createElement(condition, NS_STREAM_ERRORS, {}, seeOtherHost ? [seeOtherHost] : []));
  if (text !== undefined) element.cnode(createElement('text', NS_STREAM_ERRORS, { 'xml:lang': 'en' }, [text]));
  if (application !== undefined) element.cnode(application);
  return element;
}

/** Reads `<stream:error/>`; a condition that is not of RFC 6120 §4.9.3 reads as `undefined-condition` (§4.9.3.21). */
export function decodeStreamError(element: Element): StreamError {
  let condition: StreamErrorCondition = 'undefined-condition';
  let text: string | undefined;
  let application: Element | undefined;
  let seeOtherHost: string | undefined;
  for (const child of childElements(element)) {
    if (child.getNS() !== NS_STREAM_ERRORS) application = child;
    else if (child.name === 'text') text = child.getText();
    else if (Object.hasOwn(retries, child.name)) {
      condition = child.name as StreamErrorCondition;
      if (condition === 'see-other-host') seeOtherHost = child.getText().trim() || undefined;
    }
  }
  return new StreamError(condition, { text, application, seeOtherHost, by: 'peer' });
}

/** Why a negotiation came to nothing. */
export type NegotiationReason =
  /** The server offers no TLS and the connection has none. */
  | 'tls-required'
  /** The server refused STARTTLS. */
  | 'tls-refused'
  /** The server refused to bind a resource, or answered with an address that can't be right. */
  | 'bind'
  /** The server offers nothing that this client can do next. */
  | 'nothing-to-do';

/** A stream that could not be made ready. */
export class NegotiationError extends XmppError {
  static override readonly brand = 'NegotiationError';
  readonly reason: NegotiationReason;
  readonly retry: Retry;

  constructor(reason: NegotiationReason, message: string, options?: ErrorOptions & { retry?: Retry }) {
    super('ERR_XMPP_NEGOTIATION', message, options);
    this.reason = reason;
    this.retry = options?.retry ?? 'never';
  }
}
