/**
 * XEP-0352: Client State Indication. Tells the server whether anybody looks at the client, so that it can save traffic.
 *
 * @packageDocumentation
 */
export { createClientState } from './client-state.ts';
export type { ClientState } from './client-state.ts';
export { csiFeature, csiState, NS_CSI } from './schema.ts';
