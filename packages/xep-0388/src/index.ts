/**
 * XEP-0388: Extensible SASL Profile. Signing in without a new stream, together with binding (XEP-0386), resumption
 * (XEP-0198) and tokens (XEP-0484), as a module of `@xeps/stream`.
 *
 * @packageDocumentation
 */
export { authenticate, decodeAuthentication, NS_SASL2, response } from './elements.ts';
export type { Authentication, UserAgent } from './elements.ts';
export type { Sasl2Options, Sasl2Parts, Sasl2Pipelining, Sasl2Task, Sasl2Token, TaskExchange } from './options.ts';
export { sasl2, sasl2With } from './sasl2.ts';
