/**
 * Runs every xeps package on an entity of xmpp.js: `xmppjs(entity)` gives a session over a `client()` or `component()`
 * that you already have, which stays yours to start and stop.
 *
 * @packageDocumentation
 */
export { harden } from './harden.ts';
export type { XmppjsEntity } from './entity.ts';
export { xmppjs } from './session.ts';
export type { XmppjsOptions } from './session.ts';
