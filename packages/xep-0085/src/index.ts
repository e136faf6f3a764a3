/**
 * XEP-0085: Chat State Notifications. Tells who is writing, has paused, or has left a conversation.
 *
 * @packageDocumentation
 */
export { sendChatState } from './actions.ts';
export type { ChatStateOptions } from './actions.ts';
export { createChatStates } from './conversation.ts';
export type { ChatStates, ChatStatesEvents, ChatStatesOptions } from './conversation.ts';
export { chatStates } from './plugin.ts';
export { chatState, NS_CHAT_STATES } from './schema.ts';
export type { ChatState } from './schema.ts';
