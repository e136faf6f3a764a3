/**
 * XEP-0199: XMPP Ping. Asks whether somebody is there, and answers when asked.
 *
 * @packageDocumentation
 */
export { sendPing } from './actions.ts';
export { ping } from './plugin.ts';
export { NS_PING, pingQuery, pingRequest } from './schema.ts';
