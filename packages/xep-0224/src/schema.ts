import { element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §3: the namespace of attention; who accepts it advertises it (§5). */
export const NS_ATTENTION = 'urn:xmpp:attention:0';

const $attention = /* @__PURE__ */ element(NS_ATTENTION, 'attention');
/** §3: the request has nothing in it. */
export interface AttentionRequest extends Infer<typeof $attention> {}
/** {@link AttentionRequest} for encoding. */
export interface AttentionRequestInput extends InferInput<typeof $attention> {}
/** §3: `<attention/>`, in a message that wants to be noticed. */
export const attentionRequest: ElementSchema<AttentionRequest, AttentionRequestInput> = $attention;
