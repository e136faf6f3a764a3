/**
 * XEP-0359: Unique and Stable Stanza IDs. The ids that servers, rooms and senders give to messages, and which to believe.
 *
 * @packageDocumentation
 */
export { stanzaIdsBy, withOriginId } from './actions.ts';
export type { StanzaIdReader, StanzaIdsOptions } from './actions.ts';
export { NS_SID, originId, referencedStanza, stanzaId } from './schema.ts';
export type {
  OriginId,
  OriginIdInput,
  ReferencedStanza,
  ReferencedStanzaInput,
  StanzaId,
  StanzaIdInput,
} from './schema.ts';
