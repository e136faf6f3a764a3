import { childElements, Element } from './element.ts';
import { XmppError } from './errors.ts';
import { childNamespace, namespaceOf, NS_CLIENT } from './namespace.ts';

/** RFC 6120 §8.3: namespace of the defined conditions. */
export const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** RFC 6120 §8.3.3: what went wrong. */
export type ErrorCondition =
  | 'bad-request'
  | 'conflict'
  | 'feature-not-implemented'
  | 'forbidden'
  | 'gone'
  | 'internal-server-error'
  | 'item-not-found'
  | 'jid-malformed'
  | 'not-acceptable'
  | 'not-allowed'
  | 'not-authorized'
  | 'policy-violation'
  | 'recipient-unavailable'
  | 'redirect'
  | 'registration-required'
  | 'remote-server-not-found'
  | 'remote-server-timeout'
  | 'resource-constraint'
  | 'service-unavailable'
  | 'subscription-required'
  | 'undefined-condition'
  | 'unexpected-request';

/** RFC 6120 §8.3.2: what to do about it. */
export type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** RFC 6120 §8.3.3: the type that goes with a condition unless something else is said. */
const usualType: Readonly<Partial<Record<ErrorCondition, ErrorType>>> = {
  'bad-request': 'modify',
  'forbidden': 'auth',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  'redirect': 'modify',
  'registration-required': 'auth',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'subscription-required': 'auth',
  'unexpected-request': 'wait',
};

/** The parts of a {@link StanzaError} beside its condition. */
export interface StanzaErrorInit {
  readonly type?: ErrorType | undefined;
  /** For people, in the sender's language. */
  readonly text?: string | undefined;
  /** Who raised it, when that is not the stanza's sender. */
  readonly by?: string | undefined;
  /** The address that the error stanza came from. */
  readonly from?: string | undefined;
  /** The text of the condition itself: the new address of `gone` and `redirect`. */
  readonly address?: string | undefined;
  /** Application-specific conditions (§8.3.4); read them with a schema's `find(error.element)`. */
  readonly application?: readonly Element[] | undefined;
  /** The stanza that it came in, which may hold more beside the error, such as a form (XEP-0077 §3.2). */
  readonly stanza?: Element | undefined;
}

/**
 * An `<error/>` answer (RFC 6120 §8.3): thrown by `session.request`, and thrown by a handler to give that answer.
 */
export class StanzaError extends XmppError {
  static override readonly brand = 'StanzaError';
  readonly condition: ErrorCondition;
  readonly type: ErrorType;
  readonly text: string | undefined;
  readonly by: string | undefined;
  readonly from: string | undefined;
  readonly address: string | undefined;
  readonly application: readonly Element[];
  readonly stanza: Element | undefined;

  constructor(condition: ErrorCondition, init: StanzaErrorInit = {}) {
    const { type = usualType[condition] ?? 'cancel', text, by, from, address, application = [], stanza } = init;
    super(
      'ERR_XMPP_STANZA',
      `${from === undefined ? '' : `${from} answered `}${condition}${text === undefined ? '' : `: ${text}`}`,
    );
    this.condition = condition;
    this.type = type;
    this.text = text;
    this.by = by;
    this.from = from;
    this.address = address;
    this.application = application;
    this.stanza = stanza;
  }

  /** The `<error/>` element. */
  get element(): Element {
    const error = new Element('error', { xmlns: NS_CLIENT, type: this.type, by: this.by });
    const condition = error.c(this.condition, { xmlns: NS_STANZAS });
    if (this.address !== undefined) condition.t(this.address);
    if (this.text !== undefined) error.c('text', { xmlns: NS_STANZAS }).t(this.text);
    error.children.push(...this.application);
    return error;
  }

  /** Reads the error of a stanza of type `error`; one without a readable `<error/>` is `undefined-condition`. */
  static fromStanza(stanza: Element): StanzaError {
    const stanzaNs = namespaceOf(stanza);
    const from = stanza.attrs['from'] as string | undefined;
    const error = childElements(stanza).find(
      (child) => child.getName() === 'error' && childNamespace(child, stanzaNs) === stanzaNs,
    );
    if (error === undefined) return new StanzaError('undefined-condition', { from, stanza });
    const inside = childElements(error);
    const defined = inside.filter((child) => namespaceOf(child) === NS_STANZAS);
    const condition = defined.find((child) => child.getName() !== 'text');
    const type = error.attrs['type'] as string | undefined;
    return new StanzaError((condition?.getName() ?? 'undefined-condition') as ErrorCondition, {
      from,
      stanza,
      type: type !== undefined && types.includes(type) ? (type as ErrorType) : undefined,
      by: error.attrs['by'] as string | undefined,
      text: defined.find((child) => child.getName() === 'text')?.getText(),
      address: condition?.getText() || undefined,
      application: inside.filter((child) => !defined.includes(child)),
    });
  }
}

const types: readonly string[] = ['auth', 'cancel', 'continue', 'modify', 'wait'];

/** Whether something thrown is a {@link StanzaError}, with one of the conditions when some are given. */
export function isStanzaError<C extends ErrorCondition = ErrorCondition>(
  error: unknown,
  ...conditions: readonly C[]
): error is StanzaError & { readonly condition: C } {
  return (
    error instanceof StanzaError &&
    (conditions.length === 0 || (conditions as readonly string[]).includes(error.condition))
  );
}
