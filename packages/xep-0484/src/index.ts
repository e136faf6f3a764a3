/**
 * XEP-0484: Fast Authentication Streamlining Tokens. Signs in by a token that the server gave out, in one round trip and
 * without a password, as the `token` of `@xeps/xep-0388`.
 *
 * @packageDocumentation
 */
export { decodeFast, decodeToken, NS_FAST } from './elements.ts';
export type { FastOffer, FastToken } from './elements.ts';
export { fast } from './fast.ts';
export type { FastOptions, FastTokenStore } from './fast.ts';
export { hashedToken } from './hashed-token.ts';
export type { HashedTokenInput } from './hashed-token.ts';
