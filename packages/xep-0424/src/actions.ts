import { XmppError } from '@xeps/core';
import type { SendOptions, Session } from '@xeps/core';
import { sendMessage } from '@xeps/rfc-6121';
import type { OutgoingMessage, SentMessage } from '@xeps/rfc-6121';
import { hint } from '@xeps/xep-0334';
import { fallback } from '@xeps/xep-0428';
import { NS_RETRACT, retraction } from './schema.ts';

/** A retraction on its way: to the same address and of the same type as the message that it takes back. */
export interface OutgoingRetraction extends Omit<OutgoingMessage, 'subject'> {
  /** The id of the message, from `retractableOf`: in a room the room's stanza id, not the message's own (§5.1). */
  readonly retracts: string;
  /** What clients that know no retractions show (§3), which is also why servers archive it; English when left out. */
  readonly body?: OutgoingMessage['body'];
}

/** §3. */
const BODY = '/me retracted a previous message, but it’s unsupported by your client.';

/**
 * Takes a message back (§3). It is a request: nothing makes others forget what they have seen (§1). The retraction has a
 * body for those who do not know it, marked as such (XEP-0428), and asks to be archived (XEP-0334).
 *
 * Rejects as `sendMessage` does, and with `XmppError` when `retracts` is empty.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { sendRetraction } from '@xeps/xep-0424';
 *
 * export async function regret(session: Session): Promise<void> {
 *   const to = 'lord@capulet.example';
 *   const { id } = await sendMessage(session, { to, body: 'Have not saints lips, and holy palmers too?' });
 *   await sendRetraction(session, { to, retracts: id });
 * }
 * ```
 */
export async function sendRetraction(
  session: Session,
  message: OutgoingRetraction,
  options?: SendOptions,
): Promise<SentMessage> {
  const { retracts, body = BODY, payloads = [], ...rest } = message;
  if (retracts === '')
    throw new XmppError('ERR_XMPP_RETRACTION', 'a message without an id can’t be retracted (XEP-0424 §5.1)');
  return sendMessage(
    session,
    {
      ...rest,
      body,
      payloads: [
        retraction.encode({ id: retracts }),
        fallback.encode({ for: NS_RETRACT }),
        hint.encode('store'),
        ...payloads,
      ],
    },
    options,
  );
}
