/**
 * XEP-0115: Entity Capabilities. Says in presence what this entity can do, and finds out what others can do without
 * asking each of them.
 *
 * @packageDocumentation
 */
export { CapsError } from './errors.ts';
export type { CapsFault } from './errors.ts';
export { caps } from './plugin.ts';
export type { CapsApi, CapsSettings } from './plugin.ts';
export { capabilities, NS_CAPS, NS_CAPS_OPTIMIZE } from './schema.ts';
export type { Capabilities, CapabilitiesInput } from './schema.ts';
export type { CapsStore } from './store.ts';
export { isSupportedHash, verificationString, verifyInfo } from './verification.ts';
export type { HashedInfo } from './verification.ts';
