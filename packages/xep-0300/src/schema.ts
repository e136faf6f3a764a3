import { attr, base64, element, text } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §3: the namespace of hashes; entities that support them advertise it (§5). */
export const NS_HASHES = 'urn:xmpp:hashes:2';
/** §5: what the features of the single algorithms begin with: `urn:xmpp:hash-function-text-names:sha-256`. */
export const NS_HASH_FUNCTION = 'urn:xmpp:hash-function-text-names';

const $hash = /* @__PURE__ */ element(NS_HASHES, 'hash', { algo: attr(), value: text(base64) });
/** §3: a hash: the name of the algorithm, and the bytes that it gave. Which data it is of says what it stands in. */
export interface Hash extends Infer<typeof $hash> {}
/** What encodes to a `<hash/>`. */
export interface HashInput extends InferInput<typeof $hash> {}
/** §3: `<hash/>`. There may be several of one thing, each with another algorithm: `verifyHashes` checks them together. */
export const hash: ElementSchema<Hash, HashInput> = $hash;

const $hashUsed = /* @__PURE__ */ element(NS_HASHES, 'hash-used', { algo: attr() });
/** §3: the algorithm of a hash that is not known yet. */
export interface HashUsed extends Infer<typeof $hashUsed> {}
/** What encodes to a `<hash-used/>`. */
export interface HashUsedInput extends InferInput<typeof $hashUsed> {}
/** §3: `<hash-used/>`. */
export const hashUsed: ElementSchema<HashUsed, HashUsedInput> = $hashUsed;
