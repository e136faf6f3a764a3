import type { Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { chatState, createChatStates } from '@xeps/xep-0085';
import type { ChatState, ChatStates } from '@xeps/xep-0085';
import { isDelayed } from '@xeps/xep-0203';

/** What somebody does in a conversation. */
export interface TypingEvent {
  readonly conversation: string;
  readonly state: ChatState;
}

/** Conversations whose states are sent at a time, and of which is known that they have any; of more the oldest are forgotten. */
const MOST = 100;

/** Tells who writes (XEP-0085), both ways. */
export interface Typing {
  typing(conversation: string): Promise<void>;
  /** What was written has been sent: that says that nobody writes any more, and the next key is told again. */
  said(conversation: string): void;
  close(): void;
}

/** Follows chat states. */
export function createTyping(session: Session, tell: (event: TypingEvent) => void): Typing {
  const states = new Map<string, ChatStates>();
  /** Who is known to know states: they are sent to nobody else (§5.1). */
  const knowing = new Set<string>();
  let closed = false;

  const listening = session.on('message', chatState, (state, stanza) => {
    const { from, type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    const sender = tryParseJid(from ?? '', { lenient: true });
    if (sender === undefined || type === 'groupchat') return;
    const conversation = String(sender.bare());
    knowing.delete(conversation);
    knowing.add(conversation);
    const [oldest] = knowing;
    if (knowing.size > MOST) knowing.delete(oldest!);
    if (!isDelayed(session, stanza)) tell({ conversation, state });
  });

  function statesOf(conversation: string): ChatStates {
    let own = states.get(conversation);
    if (own === undefined) {
      own = createChatStates(session, conversation, knowing.has(conversation) ? { supported: true } : {});
      states.set(conversation, own);
      const [oldest] = states.keys();
      if (states.size > MOST) {
        states.get(oldest!)![Symbol.dispose]();
        states.delete(oldest!);
      }
    }
    return own;
  }

  return {
    async typing(conversation) {
      if (session.status === 'online' && !closed) await statesOf(conversation).typing();
    },
    said: (conversation) => void states.get(conversation)?.payloads(),
    close() {
      closed = true;
      listening[Symbol.dispose]();
      for (const own of states.values()) own[Symbol.dispose]();
    },
  };
}
