/**
 * XEP-0509: Initial Authentication Pipelining. The request to sign in travels with the stream's header, to a server whose
 * features are known from before.
 *
 * @packageDocumentation
 */
export { decodeConfigVersion, isMismatch, NS_IAP } from './elements.ts';
export { pipelining } from './pipelining.ts';
export type { KnownServer, PipeliningOptions } from './pipelining.ts';
