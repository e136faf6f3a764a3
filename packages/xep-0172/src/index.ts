/**
 * XEP-0172: User Nickname. The nicknames that people give themselves: in requests, in first messages, and published.
 *
 * @packageDocumentation
 */
export { getNick, nickOf, publishNick } from './actions.ts';
export type { NickOptions } from './actions.ts';
export { nick, nickNode, NS_NICK } from './schema.ts';
