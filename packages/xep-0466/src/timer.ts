import { createEmitter } from '@xeps/core';
import type { Delivery, Element, ListenOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageBody, messageEnvelope, sendMessage } from '@xeps/rfc-6121';
import { hint } from '@xeps/xep-0334';
import { ephemeral, wantOut } from './schema.ts';

/**
 * After how many seconds a message is to be discarded (§3.2); `undefined` when it stays. It can't be changed later (§5):
 * keep it with the message.
 */
export function timerOf(message: Element): number | undefined {
  if (message.attrs['type'] === 'error') return undefined;
  const found = ephemeral.safeFind(message);
  return found?.ok === true ? found.value.timer : undefined;
}

/**
 * When to discard a message: its timer runs from when the user has seen it (§5), for one's own from when it was sent.
 * Instead of it the user is told that there was one (§5).
 */
export function expiresAt(timer: number, seenAt: Date): Date {
  return new Date(seenAt.getTime() + timer * 1000);
}

/** A conversation whose messages may vanish. */
export interface EphemeralTimerOptions extends ListenOptions {
  /** `chat` when left out. In a room every occupant may change the timer (§3.3). */
  readonly type?: 'chat' | 'groupchat' | undefined;
  /** Seconds, as the conversation had it before, or as the user would have it (§4.1). */
  readonly timer?: number | undefined;
}

/** What happens to the timer of a conversation. */
export interface EphemeralTimerEvents {
  /** The other side has changed it: the user should be told (§4.1). `undefined`: messages stay. */
  change: { readonly from: Jid; readonly timer: number | undefined };
}

/** The timer that the two sides of a conversation agree upon (§3.3). Disposing of it ends the listening. */
export interface EphemeralTimer extends Disposable {
  /** Seconds; `undefined`: messages stay. It is for what is sent from here on, each message that comes has its own. */
  readonly timer: number | undefined;
  /** What goes into every message with content: the timer (§3.3), or the wish for none until the contact has seen it (§3.5). */
  payloads(): Element[];
  /** The user has chosen another timer: it is told at once (§3.4). Rejects as `sendMessage` does. */
  set(seconds: number): Promise<Delivery>;
  /** The user wants messages to stay: the next message tells it (§3.5). */
  optOut(): void;
  /** Takes a message that came otherwise, such as out of an archive or as a copy, once it is known to be of this conversation. */
  notice(message: Element): void;
  on<K extends keyof EphemeralTimerEvents>(
    event: K,
    listener: (event: EphemeralTimerEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Follows the timer of a conversation (§3.3–3.5) with an account, a room, or an occupant of a room.
 *
 * @throws JidError when `to` is not an address.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { createEphemeralTimer } from '@xeps/xep-0466';
 *
 * export async function whisper(session: Session): Promise<void> {
 *   const timer = createEphemeralTimer(session, 'peter@example.com', { timer: 604_800 });
 *   timer.on('change', ({ timer: seconds }) => console.log(`messages vanish after ${seconds ?? 'no'} seconds`));
 *   await sendMessage(session, { to: 'peter@example.com', body: 'Something', payloads: timer.payloads() });
 * }
 * ```
 */
export function createEphemeralTimer(
  session: Session,
  to: Jid | string,
  options: EphemeralTimerOptions = {},
): EphemeralTimer {
  const peer = toJid(to);
  const { type = 'chat', signal } = options;
  const room = type === 'groupchat';
  const events = createEmitter<EphemeralTimerEvents>(session.report);
  let timer = options.timer;
  /** The timer that was opted out of, until the contact has seen that. */
  let left: number | undefined;

  function change(from: Jid, next: number | undefined): void {
    if (next === timer) return;
    timer = next;
    events.emit('change', { from, timer });
  }

  function notice(message: Element): void {
    const envelope = messageEnvelope.safeDecode(message);
    if (!envelope.ok || envelope.value.from === undefined || envelope.value.type === 'error') return;
    const { from } = envelope.value;
    const out = wantOut.safeFind(message)?.ok === true;
    const seconds = timerOf(message);
    if (out) {
      left = undefined;
      change(from, undefined);
    } else if (seconds === undefined) {
      // §3.5: who answers without a timer has seen the wish; a receipt or a chat state is no answer.
      if (messageBody.safeFind(message) !== undefined) left = undefined;
    } else if (seconds !== left) {
      // What was sent before the wish was seen still has the timer that was left.
      left = undefined;
      change(from, seconds);
    }
  }

  const listening = session.on(
    'message',
    (stanza) => {
      const envelope = messageEnvelope.safeDecode(stanza);
      if (!envelope.ok || envelope.value.from === undefined) return;
      const { from, type: sentAs } = envelope.value;
      if (room ? sentAs !== 'groupchat' : sentAs !== 'chat' && sentAs !== 'normal') return;
      // Occupants of a room share its bare address: one of them is meant by the full one.
      if (from.equals(peer) || (peer.isBare && from.bare().equals(peer))) notice(stanza);
    },
    { signal },
  );

  return {
    get timer() {
      return timer;
    },
    payloads() {
      if (timer !== undefined) return [ephemeral.encode({ timer })];
      return left === undefined ? [] : [wantOut.encode({})];
    },
    async set(seconds) {
      // §3.4: no body; stored, so that devices that are offline see it.
      const payloads = [ephemeral.encode({ timer: seconds }), hint.encode('store')];
      timer = seconds;
      left = undefined;
      const { delivery } = await sendMessage(session, { to: peer, type, payloads });
      return delivery;
    },
    optOut() {
      left ??= timer;
      timer = undefined;
    },
    notice,
    on: (event, listener, listenOptions) => events.on(event, listener, listenOptions),
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}
