import { StanzaError, TimeoutError } from '@xeps/core';
import type { Delivery, Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { sendMessage } from '@xeps/rfc-6121';
import type { MessageType } from '@xeps/rfc-6121';
import { receipt } from './schema.ts';

/** How long to wait for a receipt. */
export interface WaitOptions {
  /** Stops the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; 30,000 when left out. */
  readonly timeout?: number | undefined;
}

/**
 * Waits until a message has reached a device of its addressee; resolves with the address of that device. Begin to wait
 * before sending, with an id made by `newId()`, or the receipt may come first.
 *
 * A receipt is believed from the address that the message went to: `to`, or when that is an account, a device of it. Many
 * good reasons keep a receipt from coming (§4), so `TimeoutError` does not mean that the message was lost. Rejects with
 * `StanzaError` when the message comes back, and with the signal's reason.
 *
 * @example
 * ```ts
 * import { newId } from '@xeps/core';
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { receiptRequest, waitForReceipt } from '@xeps/xep-0184';
 *
 * export async function greet(session: Session): Promise<void> {
 *   const id = newId();
 *   const message = { id, to: 'juliet@capulet.lit', body: 'Hark!', payloads: [receiptRequest.encode({})] };
 *   const [device] = await Promise.all([waitForReceipt(session, id, message.to), sendMessage(session, message)]);
 *   console.log(`received by ${device}`);
 * }
 * ```
 */
export function waitForReceipt(
  session: Session,
  id: string,
  to: Jid | string,
  { signal, timeout = 30_000 }: WaitOptions = {},
): Promise<Jid> {
  const peer = toJid(to);
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const either = AbortSignal.any([session.signal, ...(signal === undefined ? [] : [signal])]);
    const settle = (action: () => void): void => {
      clearTimeout(timer);
      done.abort();
      action();
    };
    const timer = setTimeout(
      () =>
        settle(() => reject(new TimeoutError(`no receipt of message ${id} from ${String(peer)} within ${timeout} ms`))),
      timeout,
    );
    if (either.aborted) return settle(() => reject(either.reason as Error));
    either.addEventListener('abort', () => settle(() => reject(either.reason as Error)), { signal: done.signal });
    session.on(
      'message',
      (stanza) => {
        const from = tryParseJid(String(stanza.attrs['from'] ?? ''));
        if (from === undefined || !isFrom(from, peer)) return;
        if (stanza.attrs['type'] === 'error') {
          if (stanza.attrs['id'] === id) settle(() => reject(StanzaError.fromStanza(stanza)));
        } else {
          const found = receipt.safeFind(stanza);
          if (found?.ok === true && found.value.id === id) settle(() => resolve(from));
        }
      },
      { signal: done.signal },
    );
  });
}

/** Whether `from` may speak about what was sent to `to`: it, or a device of that account. */
export function isFrom(from: Jid, to: Jid): boolean {
  return from.equals(to) || (to.isBare && from.bare().equals(to));
}

/**
 * Tells a sender that its message has come (§7), of the same type as the message. The `receipts` plugin does so by itself
 * where that is right. Rejects as `sendMessage` does.
 */
export async function sendReceipt(
  session: Session,
  to: Jid | string,
  id: string,
  type: MessageType = 'chat',
): Promise<Delivery> {
  const { delivery } = await sendMessage(session, { to, type, payloads: [receipt.encode({ id })] });
  return delivery;
}
