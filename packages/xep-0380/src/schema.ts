import { attr, element, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §3.1: the namespace of the mark; who goes by it advertises it (§3.3). */
export const NS_EME = 'urn:xmpp:eme:0';

const $encryption = /* @__PURE__ */ element(NS_EME, 'encryption', { namespace: attr(), name: optional(attr()) });
/** §3.1: how a message says that it is encrypted. `name` is for what this specification does not list (§3.2). */
export interface EncryptionMark extends Infer<typeof $encryption> {}
/** {@link EncryptionMark} for encoding. */
export interface EncryptionMarkInput extends InferInput<typeof $encryption> {}
/** §3.1: `<encryption/>`. `markEncrypted` writes it by the rules, `encryptionOf` reads it so. */
export const encryptionMark: ElementSchema<EncryptionMark, EncryptionMarkInput> = $encryption;
