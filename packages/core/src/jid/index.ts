/**
 * XMPP addresses (RFC 7622): parsing, preparation by PRECIS and IDNA2008, comparison.
 *
 * @packageDocumentation
 */
export { Jid, bareOf, createJid, jid, parseJid, tryParseJid } from './jid.ts';
export type { ParseJidOptions } from './jid.ts';
export { JidError } from './jid-error.ts';
export type { JidPart } from './jid-error.ts';
