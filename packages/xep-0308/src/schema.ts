import { attr, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of corrections, and the feature of clients that know them. */
export const NS_CORRECTION = 'urn:xmpp:message-correct:0';

const $correction = /* @__PURE__ */ element(NS_CORRECTION, 'replace', { id: attr() });
/** §3: the message that holds it stands for the one with that `id`, which is always the first version (§4). */
export interface Correction extends Infer<typeof $correction> {}
/** What encodes to a `<replace/>`. */
export interface CorrectionInput extends InferInput<typeof $correction> {}
/** §3: `<replace/>`. Anybody can write one about any message: `mayCorrect` says which count. */
export const correction: ElementSchema<Correction, CorrectionInput> = $correction;
