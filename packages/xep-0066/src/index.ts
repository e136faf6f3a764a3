/**
 * XEP-0066: Out of Band Data. Addresses that go with messages, and files that are offered to be fetched.
 *
 * @packageDocumentation
 */
export { offerFile } from './actions.ts';
export { oob } from './plugin.ts';
export type { OobApi } from './plugin.ts';
export { NS_OOB, NS_OOB_OFFER, oobData, oobOffer, oobOfferQuery } from './schema.ts';
export type { OobData, OobDataInput, OobOffer, OobOfferInput } from './schema.ts';
