/**
 * XEP-0421: Occupant identifiers for semi-anonymous MUCs. Tells who sent a message, and whether another is by the same sender.
 *
 * @packageDocumentation
 */
export { roomKnowsOccupantIds } from './actions.ts';
export { NS_OCCUPANT_ID, occupantId } from './schema.ts';
export type { OccupantId, OccupantIdInput } from './schema.ts';
export { isSameOrigin, isSameSender, occupantIdOf, originOf, senderOf } from './sender.ts';
export type { MessageOrigin, MessageSender, SenderOptions } from './sender.ts';
