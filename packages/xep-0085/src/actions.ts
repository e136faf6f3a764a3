import type { Delivery, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { sendMessage } from '@xeps/rfc-6121';
import { chatState } from './schema.ts';
import type { ChatState } from './schema.ts';

/** To which conversation a state belongs. */
export interface ChatStateOptions {
  /** `chat` when left out (§5.4). */
  readonly type?: 'chat' | 'groupchat' | undefined;
  /** The thread, where the conversation has one (§5.6, §5.7). */
  readonly thread?: string | undefined;
}

/**
 * Sends a state by itself (§5.6). It asks nobody whether that is welcome: `createChatStates` follows the rules of a
 * conversation. Rejects as `sendMessage` does.
 */
export async function sendChatState(
  session: Session,
  to: Jid | string,
  state: ChatState,
  options: ChatStateOptions = {},
): Promise<Delivery> {
  const { type = 'chat', thread } = options;
  const { delivery } = await sendMessage(session, { to, type, thread, payloads: [chatState.encode(state)] });
  return delivery;
}
