/**
 * XEP-0297: Stanza Forwarding. A stanza in an envelope, as archives, carbons and people who forward messages send it.
 *
 * @packageDocumentation
 */
export { forwardStanza } from './actions.ts';
export { forwarded, NS_FORWARD } from './schema.ts';
export type { Forwarded, ForwardedInput } from './schema.ts';
