/**
 * XEP-0300: Use of Cryptographic Hash Functions in XMPP. Hashes of files and other data: their element, computing and
 * checking them.
 *
 * @packageDocumentation
 */
export { hashAlgorithms, hashUse } from './algorithms.ts';
export type { HashUse } from './algorithms.ts';
export { computeHash, computeHashes, verifyHashes } from './actions.ts';
export type { HashCheck, HashData, HashOptions, VerifyOptions } from './actions.ts';
export { HashError } from './errors.ts';
export type { HashFault } from './errors.ts';
export { hashes } from './plugin.ts';
export { hash, hashUsed, NS_HASH_FUNCTION, NS_HASHES } from './schema.ts';
export type { Hash, HashInput, HashUsed, HashUsedInput } from './schema.ts';
