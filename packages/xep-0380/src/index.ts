/**
 * XEP-0380: Explicit Message Encryption. Marks encrypted messages, and tells of others how they are encrypted.
 *
 * @packageDocumentation
 */
export { encryptionNames, encryptionOf, isOtr, markEncrypted, newEncryptionMark, NS_OTR } from './encryption.ts';
export type { MessageEncryption } from './encryption.ts';
export { explicitEncryption } from './plugin.ts';
export { encryptionMark, NS_EME } from './schema.ts';
export type { EncryptionMark, EncryptionMarkInput } from './schema.ts';
