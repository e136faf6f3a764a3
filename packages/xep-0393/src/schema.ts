import { element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §5: the namespace of message styling, and the feature of who renders it. */
export const NS_STYLING = 'urn:xmpp:styling:0';

const $unstyled = /* @__PURE__ */ element(NS_STYLING, 'unstyled');
/** §7: says that what looks like styling in the body is none. */
export interface Unstyled extends Infer<typeof $unstyled> {}
/** {@link Unstyled} for encoding. */
export interface UnstyledInput extends InferInput<typeof $unstyled> {}
/** §7: `<unstyled/>`, a payload of messages. */
export const unstyled: ElementSchema<Unstyled, UnstyledInput> = $unstyled;
