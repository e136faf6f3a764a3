import { createEmitter, XmppError } from '@xeps/core';
import type { ListenOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageBody, messageEnvelope, sendMessage } from '@xeps/rfc-6121';
import { isDelayed } from '@xeps/xep-0203';
import { hint } from '@xeps/xep-0334';
import type { RttClock } from './clock.ts';
import { createRttReceiver } from './receiver.ts';
import type { RttMessage, RttReceiver } from './receiver.ts';
import { rtt } from './schema.ts';
import type { Rtt, RttInput } from './schema.ts';
import { createRttSender } from './sender.ts';
import type { RttUpdateOptions } from './sender.ts';

/** Those whose texts are followed at once; of more, who has been quiet the longest is forgotten (§11.3). */
const MOST_WRITERS = 50;

/** A conversation in real time. */
export interface RealTimeTextOptions extends ListenOptions {
  /** `chat` when left out. A room has to allow it (§5.1), and nobody's `cancel` stops others there (§7.5.4). */
  readonly type?: 'chat' | 'groupchat' | undefined;
  /** Whether the contact knows real-time text, where that was found out already (§5). */
  readonly supported?: boolean | undefined;
  /** Whether pauses between key presses are kept (§7.1.2); true when left out. */
  readonly playback?: boolean | undefined;
  readonly clock?: RttClock | undefined;
}

/** What the other side of a conversation does. */
export interface RealTimeTextEvents {
  /** The text that `from`, a device or an occupant of a room, is writing is another one; `undefined`: it is over. */
  change: { readonly from: Jid; readonly message: RttMessage | undefined };
  /** `from` writes in real time. The user may want to do so too (§6.1): `start()`, or to refuse it: `stop()`. */
  activated: { readonly from: Jid };
  /** `from` no longer does, or does not want it. In a chat between two, this side has stopped too (§6.2). */
  cancelled: { readonly from: Jid };
}

/** A conversation whose texts are seen while they are written. Disposing of it ends the listening and tells nobody. */
export interface RealTimeText extends Disposable {
  /** Whether this side has real-time text on. */
  readonly isActive: boolean;
  /** Whether the contact knows it: undefined until that is known. Nothing but `init` is sent before (§6.1). */
  readonly supported: boolean | undefined;
  /**
   * The user wants it on (§6.1, §11.1: nobody else decides that), which the contact is told. What is being written
   * follows as soon as the contact is known to support it. Rejects as `sendMessage` does.
   */
  start(): Promise<void>;
  /** The user wants it off, or does not want the contact's (§6.2). Rejects as `sendMessage` does. */
  stop(): Promise<void>;
  /** The user's text is another one. Kept, and not sent while real-time text is off. */
  update(text: string, options?: RttUpdateOptions): void;
  /** The message was sent, or given up. */
  finish(): void;
  /** Sends the whole text again, as when the contact becomes available (§4.7.3). */
  refresh(): void;
  on<K extends keyof RealTimeTextEvents>(
    event: K,
    listener: (event: RealTimeTextEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Real-time text with an account, a room, or an occupant of a room, by the rules of §6.
 *
 * What is sent goes as it is: in a conversation whose messages are encrypted end to end it has to be encrypted as well
 * (§11.2), which `createRttSender` leaves to its caller.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { createRealTimeText } from '@xeps/xep-0301';
 *
 * export async function talk(session: Session): Promise<(text: string) => void> {
 *   const rtt = createRealTimeText(session, 'juliet@capulet.lit');
 *   rtt.on('change', ({ from, message }) => console.log(String(from), message?.text));
 *   await rtt.start();
 *   return (text) => rtt.update(text); // to be called at every change of the input field
 * }
 * ```
 */
export function createRealTimeText(
  session: Session,
  to: Jid | string,
  options: RealTimeTextOptions = {},
): RealTimeText {
  const peer = toJid(to);
  const { type = 'chat', signal, playback, clock } = options;
  const room = type === 'groupchat';
  const events = createEmitter<RealTimeTextEvents>(session.report);
  const writers = new Map<string, { readonly receiver: RttReceiver; active: boolean }>();
  let supported = options.supported;
  let isActive = false;
  let latest: { readonly text: string; readonly options: RttUpdateOptions | undefined } | undefined;
  let lastDevice: string | undefined;

  async function send(value: RttInput): Promise<void> {
    // Servers would keep it for later, when it is no longer what somebody writes.
    const payloads = [rtt.encode(value), hint.encode('no-store')];
    const { delivery } = await sendMessage(session, { to: peer, type, payloads });
    await delivery.acked;
  }
  const sender = createRttSender({
    clock,
    send: (value) =>
      send(value).catch((error: unknown) => {
        if (!(error instanceof XmppError)) session.report(error);
        throw error;
      }),
  });

  function resume(): void {
    if (isActive && latest !== undefined && (room || supported === true)) sender.update(latest.text, latest.options);
  }

  function writerOf(from: Jid): { readonly receiver: RttReceiver; active: boolean } {
    const key = String(from);
    const writer = writers.get(key) ?? {
      active: false,
      receiver: createRttReceiver({
        playback,
        clock,
        onChange: (message) => events.emit('change', { from, message }),
      }),
    };
    writers.delete(key);
    writers.set(key, writer);
    if (writers.size > MOST_WRITERS) forget(writers.keys().next().value!);
    return writer;
  }

  function forget(key: string): void {
    writers.get(key)?.receiver.clear();
    writers.delete(key);
  }

  function receive(from: Jid, value: Rtt): void {
    const writer = writerOf(from);
    if (value.event === 'cancel') {
      forget(String(from));
      if (!room) deactivate();
      return events.emit('cancelled', { from });
    }
    supported = true;
    if (!writer.active) {
      writer.active = true;
      events.emit('activated', { from });
    }
    writer.receiver.receive(value);
    resume();
  }

  function deactivate(): void {
    isActive = false;
    sender.finish();
  }

  const listening = session.on(
    'message',
    (stanza) => {
      const envelope = messageEnvelope.safeDecode(stanza);
      if (!envelope.ok || envelope.value.from === undefined) return;
      const { from, type: sentAs } = envelope.value;
      if (room ? sentAs !== 'groupchat' : sentAs !== 'chat' && sentAs !== 'normal') return;
      // Occupants of a room share its bare address: one of them is meant by the full one.
      if (!from.equals(peer) && (!peer.isBare || !from.bare().equals(peer))) return;
      // §4.7.3: a device that has not seen the beginning takes part.
      if (!room && lastDevice !== undefined && lastDevice !== String(from) && isActive) sender.refresh();
      lastDevice = String(from);
      // §4.4: the message itself stands for its real-time text, also for what is in the same stanza.
      if (messageBody.safeFind(stanza) !== undefined) return writers.get(String(from))?.receiver.clear();
      const found = rtt.safeFind(stanza);
      // What waited somewhere is nobody's text in real time.
      if (found?.ok === true && !isDelayed(session, stanza)) receive(from, found.value);
    },
    { signal },
  );

  function close(): void {
    listening[Symbol.dispose]();
    deactivate();
    for (const key of [...writers.keys()]) forget(key);
  }
  signal?.addEventListener('abort', close, { once: true });
  session.signal.addEventListener('abort', close, { once: true });

  return {
    get isActive() {
      return isActive;
    },
    get supported() {
      return supported;
    },
    async start() {
      if (isActive) return;
      isActive = true;
      // §6.1: init does what no refresh can, tell a contact that has not shown what it supports.
      if (!room) await send({ seq: 0, event: 'init' });
      resume();
    },
    async stop() {
      deactivate();
      await send({ seq: 0, event: 'cancel' });
    },
    update(text, updateOptions) {
      latest = { text, options: updateOptions };
      resume();
    },
    finish() {
      latest = undefined;
      sender.finish();
    },
    refresh: () => sender.refresh(),
    on: (event, listener, listenOptions) => events.on(event, listener, listenOptions),
    [Symbol.dispose]: close,
  };
}
