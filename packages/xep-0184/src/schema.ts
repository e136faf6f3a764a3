import { attr, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §7: the namespace of receipts. */
export const NS_RECEIPTS = 'urn:xmpp:receipts';

/** §7: `<request/>`: asks for a receipt. The message needs an id. */
export const receiptRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_RECEIPTS, 'request');

const $received = /* @__PURE__ */ element(NS_RECEIPTS, 'received', { id: attr() });
/** §7: the message with that id has reached a device of its addressee. */
export interface Receipt extends Infer<typeof $received> {}
/** What encodes to a `<received/>`. */
export interface ReceiptInput extends InferInput<typeof $received> {}
/** §7: `<received/>`: a receipt. */
export const receipt: ElementSchema<Receipt, ReceiptInput> = $received;
