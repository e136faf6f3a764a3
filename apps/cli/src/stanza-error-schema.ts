/** Stanza errors as a schema (RFC 6120 §8.3), for decode and encode. Programs use `StanzaError` of `@xeps/core`. */
import { NS_CLIENT, NS_STANZAS } from '@xeps/core';
import type { ErrorCondition } from '@xeps/core';
import { attr, child, childText, element, elementName, jid, langText, optional, rest, string } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §8.3.3: the conditions that are empty elements. `gone` and `redirect` may hold an address. */
const conditions = [
  'bad-request',
  'conflict',
  'feature-not-implemented',
  'forbidden',
  'internal-server-error',
  'item-not-found',
  'jid-malformed',
  'not-acceptable',
  'not-allowed',
  'not-authorized',
  'policy-violation',
  'recipient-unavailable',
  'registration-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'resource-constraint',
  'service-unavailable',
  'subscription-required',
  'undefined-condition',
  'unexpected-request',
] as const satisfies readonly ErrorCondition[];

const $stanzaError = /* @__PURE__ */ element(NS_CLIENT, 'error', {
  type: optional(attr()),
  by: optional(attr(jid)),
  condition: optional(child(elementName(NS_STANZAS, conditions))),
  gone: optional(childText(string, 'gone', NS_STANZAS)),
  redirect: optional(childText(string, 'redirect', NS_STANZAS)),
  text: langText('text', NS_STANZAS),
  application: rest(),
});
/** §8.3: what went wrong. `application` are the conditions of other specifications (§8.3.4). */
export interface StanzaErrorValue extends Infer<typeof $stanzaError> {}
/** {@link StanzaErrorValue} for encoding. */
export interface StanzaErrorInput extends InferInput<typeof $stanzaError> {}
/** §8.3: `<error/>`, which may lack everything, as some senders' do. */
export const stanzaError: ElementSchema<StanzaErrorValue, StanzaErrorInput> = $stanzaError;
