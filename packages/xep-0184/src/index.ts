/**
 * XEP-0184: Message Delivery Receipts. Tells that a message has reached a device, and asks to be told.
 *
 * @packageDocumentation
 */
export { sendReceipt, waitForReceipt } from './actions.ts';
export type { WaitOptions } from './actions.ts';
export { receipts } from './plugin.ts';
export type { ReceiptEvents, ReceiptPolicy, ReceiptsApi } from './plugin.ts';
export { NS_RECEIPTS, receipt, receiptRequest } from './schema.ts';
export type { Receipt, ReceiptInput } from './schema.ts';
