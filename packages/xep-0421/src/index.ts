/**
 * XEP-0421: Occupant identifiers for semi-anonymous MUCs. Tells who sent a message, and whether another is by the same sender.
 *
 * @packageDocumentation
 */
export { roomKnowsOccupantIds } from './actions.ts';
export { NS_OCCUPANT_ID, occupantId } from './schema.ts';
export type { OccupantId, OccupantIdInput } from './schema.ts';
export { isSameSender, occupantIdOf, senderOf } from './sender.ts';
export type { MessageSender, SenderOptions } from './sender.ts';
