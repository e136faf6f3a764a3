/**
 * XEP-0372: References. Says what parts of a message are about: people, data, earlier messages.
 *
 * @packageDocumentation
 */
export { references } from './plugin.ts';
export { isMentioned, mentionsOf, newMention, referencesOf } from './references.ts';
export type { BodyRange, Mention, ReadReference } from './references.ts';
export { NS_REFERENCE, reference } from './schema.ts';
export type { Reference, ReferenceInput } from './schema.ts';
export { jidFromUri, jidToUri } from './uri.ts';
