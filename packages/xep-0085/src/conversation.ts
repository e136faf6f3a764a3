import { createEmitter } from '@xeps/core';
import type { Element, ListenOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageBody, messageEnvelope } from '@xeps/rfc-6121';
import { isDelayed } from '@xeps/xep-0203';
import { sendChatState } from './actions.ts';
import { chatState } from './schema.ts';
import type { ChatState } from './schema.ts';

/** A conversation whose states are followed. */
export interface ChatStatesOptions extends ListenOptions {
  /** `chat` when left out. In a room, states are sent whether or not others do (§5.5). */
  readonly type?: 'chat' | 'groupchat' | undefined;
  /** Whether the contact knows chat states, where that was found out already (§4). */
  readonly supported?: boolean | undefined;
  /** Milliseconds without a keystroke after which the user has paused; 30,000 when left out (§2). */
  readonly pauseAfter?: number | undefined;
}

/** What the other side of a conversation tells. */
export interface ChatStatesEvents {
  /** Somebody's state is another one; in a room `from` is the occupant. */
  state: { readonly from: Jid; readonly state: ChatState };
}

/** The states of one conversation, on both sides. Disposing of it stops the listening and sends nothing. */
export interface ChatStates extends Disposable {
  /** Whether the contact knows chat states: undefined until it has answered (§5.1). */
  readonly supported: boolean | undefined;
  /** The state of this side. */
  readonly state: ChatState | undefined;
  /** The contact's state; undefined until it told, and in rooms. */
  readonly contact: ChatState | undefined;
  /** The thread that states go with (§5.7). */
  thread: string | undefined;
  /** Whether states are sent at all (§5.2: the user decides). */
  enabled: boolean;
  /** What goes into the next message with content (§5.1): `<active/>`, or nothing for a contact that does not know it. */
  payloads(): Element[];
  /**
   * Tells that this side's state is another one. False when nothing was sent: it is no change (§5.3), the contact does not
   * know states or has not answered yet (§5.1), the user does not want it, or it is `gone` in a room (§5.5).
   */
  set(state: ChatState): Promise<boolean>;
  /** The user pressed a key: `composing`, and `paused` after a while without another. */
  typing(): Promise<boolean>;
  on<K extends keyof ChatStatesEvents>(
    event: K,
    listener: (event: ChatStatesEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Follows the states of a conversation with an account, a room, or an occupant of a room, by the rules of §5.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { createChatStates } from '@xeps/xep-0085';
 *
 * export async function greet(session: Session): Promise<void> {
 *   const states = createChatStates(session, 'juliet@capulet.lit');
 *   states.on('state', ({ from, state }) => console.log(`${from} is ${state}`));
 *   await states.typing();
 *   await sendMessage(session, { to: 'juliet@capulet.lit', body: 'Hark!', payloads: states.payloads() });
 * }
 * ```
 */
export function createChatStates(session: Session, to: Jid | string, options: ChatStatesOptions = {}): ChatStates {
  const peer = toJid(to);
  const { type = 'chat', pauseAfter = 30_000, signal } = options;
  const room = type === 'groupchat';
  const events = createEmitter<ChatStatesEvents>(session.report);
  let supported = options.supported;
  let own: ChatState | undefined;
  let contact: ChatState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const listening = session.on(
    'message',
    (stanza) => {
      const envelope = messageEnvelope.safeDecode(stanza);
      if (!envelope.ok || envelope.value.from === undefined) return;
      const { from, type: sentAs } = envelope.value;
      // §5.4: of other types none is part of the conversation.
      if (room ? sentAs !== 'groupchat' : sentAs !== 'chat' && sentAs !== 'normal') return;
      // Occupants of a room share its bare address: one of them is meant by the full one.
      if (!from.equals(peer) && (!peer.isBare || !from.bare().equals(peer))) return;
      const state = chatState.safeFind(stanza);
      if (state?.ok === true) {
        supported = true;
        // What waited somewhere says how it was, not how it is.
        if (!isDelayed(session, stanza)) notice(from, state.value);
      } else if (messageBody.safeFind(stanza) !== undefined) {
        // §5.1: whoever answers without a state does not want any.
        supported = false;
        contact = undefined;
      }
    },
    { signal },
  );

  function notice(from: Jid, state: ChatState): void {
    if (room && state === 'gone') return; // §5.5
    if (!room) {
      if (state === contact) return;
      contact = state;
    }
    events.emit('state', { from, state });
  }

  async function set(state: ChatState): Promise<boolean> {
    clearTimeout(timer);
    if (!api.enabled || state === own || (room ? state === 'gone' : supported !== true)) return false;
    const before = own;
    own = state;
    try {
      await sendChatState(session, peer, state, { type, thread: api.thread });
    } catch (error) {
      if (own === state) own = before;
      throw error;
    }
    return true;
  }

  const api: ChatStates = {
    get supported() {
      return supported;
    },
    get state() {
      return own;
    },
    get contact() {
      return contact;
    },
    thread: undefined,
    enabled: true,
    payloads() {
      clearTimeout(timer);
      if (!api.enabled || (!room && supported === false)) return [];
      own = 'active';
      return [chatState.encode('active')];
    },
    set,
    async typing() {
      const sent = await set('composing');
      clearTimeout(timer);
      if (own === 'composing') timer = setTimeout(() => void set('paused').catch(() => undefined), pauseAfter);
      return sent;
    },
    on: (event, listener, listenOptions) => events.on(event, listener, listenOptions),
    [Symbol.dispose]() {
      clearTimeout(timer);
      listening[Symbol.dispose]();
    },
  };
  signal?.addEventListener('abort', () => clearTimeout(timer), { once: true });
  session.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return api;
}
