/**
 * XEP-0490: Message Displayed Synchronization. Keeps on all devices of an account how far each conversation was displayed.
 *
 * @packageDocumentation
 */
export { displayedSync } from './plugin.ts';
export type { DisplayedSyncApi, DisplayedSyncEvents } from './plugin.ts';
export { mdsDisplayed, mdsNode, NS_MDS_DISPLAYED, NS_MDS_SERVER_ASSIST } from './schema.ts';
export type { MdsDisplayed, MdsDisplayedInput } from './schema.ts';
export type { DisplayedState } from './state.ts';
