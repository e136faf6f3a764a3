/**
 * XEP-0106: JID Escaping. Account names with characters that a localpart may not have, such as spaces and apostrophes:
 * escaped on the wire, unescaped for display only.
 *
 * @packageDocumentation
 */
export { FEATURE_JID_ESCAPING, escapeLocal, unescapeLocal } from './escaping.ts';
