import { XmppError } from '@xeps/core';
import type { SendOptions, Session } from '@xeps/core';
import { sendMessage } from '@xeps/rfc-6121';
import type { OutgoingMessage, SentMessage } from '@xeps/rfc-6121';
import { correction } from './schema.ts';

/** A message that stands for an earlier one: all of it, not only what is different (§4). */
export interface OutgoingCorrection extends OutgoingMessage {
  /** The id of the first version, also when that was corrected before (§4). */
  readonly corrects: string;
  /** The correction's own id, a new one (§3); unguessable when left out. */
  readonly id?: string | undefined;
}

/**
 * Sends a corrected message (§3). Payloads of the earlier version that still hold go along (§4); a `<replace/>` among them
 * gives way to the new one.
 *
 * Rejects with `XmlError` and `JidError` as `sendMessage` does, and with `XmppError` for an `id` that is the corrected
 * message's or a `corrects` that is empty.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { sendCorrection } from '@xeps/xep-0308';
 *
 * export async function say(session: Session): Promise<void> {
 *   const to = 'juliet@capulet.lit';
 *   const { id } = await sendMessage(session, { to, body: 'What light through yonder airlock breaks?' });
 *   await sendCorrection(session, { to, corrects: id, body: 'What light through yonder window breaks?' });
 * }
 * ```
 */
export async function sendCorrection(
  session: Session,
  message: OutgoingCorrection,
  options?: SendOptions,
): Promise<SentMessage> {
  const { corrects, payloads = [], ...rest } = message;
  if (corrects === '' || corrects === rest.id) {
    throw new XmppError(
      'ERR_XMPP_CORRECTION',
      corrects === ''
        ? 'a message without an id can’t be corrected (XEP-0308 §4): send it as a new one'
        : `a correction has an id of its own (XEP-0308 §3): leave out id ${corrects}`,
    );
  }
  const kept = payloads.filter((payload) => !correction.is(payload));
  return sendMessage(session, { ...rest, payloads: [...kept, correction.encode({ id: corrects })] }, options);
}
