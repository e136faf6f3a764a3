import { attr, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §3: the namespace of displayed markers. */
export const NS_CHAT_MARKERS = 'urn:xmpp:chat-markers:0';

/** §4.1: `<markable/>`: asks to be told when the message was displayed. The message needs an id. */
export const markable: ElementSchema<object> = /* @__PURE__ */ element(NS_CHAT_MARKERS, 'markable');

const $displayed = /* @__PURE__ */ element(NS_CHAT_MARKERS, 'displayed', { id: attr() });
/** §4.2: the message with that id, and all before it, were displayed. */
export interface Displayed extends Infer<typeof $displayed> {}
/** What encodes to a `<displayed/>`. */
export interface DisplayedInput extends InferInput<typeof $displayed> {}
/** §4.2: `<displayed/>`: a marker. */
export const displayed: ElementSchema<Displayed, DisplayedInput> = $displayed;
