import { createEmitter, definePlugin, XmppError } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import { jid as toJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { messageInfo, roster } from '@xeps/rfc-6121';
import type { RosterApi } from '@xeps/rfc-6121';
import { disco } from '@xeps/xep-0030';
import { isFrom, sendReceipt } from './actions.ts';
import { NS_RECEIPTS, receipt, receiptRequest } from './schema.ts';

/** Messages whose receipt is waited for; of more the oldest are no longer. */
const MOST_EXPECTED = 10_000;

/** Who is told that a message came: contacts that see this account's presence anyway (§8), nobody, or whom a function accepts. */
export type ReceiptPolicy = 'contacts' | 'never' | ((from: Jid, message: Element) => boolean | Promise<boolean>);

/** What the `receipts` plugin tells. */
export interface ReceiptEvents {
  /** A message has reached a device, `from`, of its addressee. There may be one for each device (§4). */
  received: { readonly id: string; readonly from: Jid };
}

/** Receipts, sent and got. */
export interface ReceiptsApi {
  /** Who gets receipts; `contacts` until this is called. */
  setPolicy(policy: ReceiptPolicy): void;
  /** Waits for the receipt of a message that was sent in an earlier run. Those of this session are known already. */
  expect(id: string, to: Jid | string): void;
  /** Listens for receipts of messages that asked for one, from whom they were sent to. */
  on<K extends keyof ReceiptEvents>(
    event: K,
    listener: (event: ReceiptEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Answers requests for receipts where the policy allows it, and tells of receipts that come. Copies of messages (carbons,
 * archives) are left alone: whoever reads them reads what is inside something else.
 */
export const receipts: Plugin<ReceiptsApi> = /* @__PURE__ */ definePlugin({
  name: 'receipts',
  requires: { disco, roster },
  setup(session, requirements) {
    requirements.disco.addFeature(NS_RECEIPTS);
    return setUpReceipts(session, requirements.roster);
  },
});

function setUpReceipts(session: Session, contacts: RosterApi): ReceiptsApi {
  // Message id → addressee, the oldest first.
  const expected = new Map<string, Jid>();
  const events = createEmitter<ReceiptEvents>(session.report);
  let policy: ReceiptPolicy = 'contacts';

  function expect(id: string, to: Jid): void {
    expected.delete(id);
    expected.set(id, to);
    if (expected.size > MOST_EXPECTED) expected.delete(expected.keys().next().value!);
  }

  async function mayKnow(from: Jid, message: Element): Promise<boolean> {
    if (policy === 'never') return false;
    if (policy !== 'contacts') return policy(from, message);
    if (from.bare().equals(session.jid.bare())) return true;
    // Messages that waited for this account come before the roster does.
    await contacts.loaded();
    const subscription = contacts.get(from.bare())?.subscription;
    return subscription === 'from' || subscription === 'both';
  }

  async function answer(message: Element): Promise<void> {
    const { id, from, type } = messageInfo(message);
    // §7: a message without an id can't be receipted. §5.3: what goes to a room is not for one to acknowledge.
    if (id === undefined || id === '' || from === undefined || type === 'groupchat' || type === 'error') return;
    // §5.4: a receipt is not receipted.
    if (receipt.safeFind(message) !== undefined) return;
    if (await mayKnow(from, message)) await sendReceipt(session, from, id, type);
  }

  /** Whether a receipt of what went to `to` may come from `from`. */
  function isAddressee(from: Jid, to: Jid): boolean {
    if (isFrom(from, to)) return true;
    // RFC 6121 §8.5.3.2.1: what is sent to a device that went may reach another one of that account. The occupants of a
    // room look the same and are not one person, but no room is a contact.
    return from.bare().equals(to.bare()) && contacts.get(to.bare()) !== undefined;
  }

  session.beforeSend('message', (message) => {
    const { id, to, type } = message.attrs as Readonly<Record<string, string | undefined>>;
    if (id === undefined || to === undefined || type === 'error' || receiptRequest.safeFind(message) === undefined)
      return;
    const addressee = tryParseJid(to);
    if (addressee !== undefined) expect(id, addressee);
  });
  session.on('message', receiptRequest, (_request, message) => {
    answer(message).catch((error: unknown) => {
      // What can't be answered any more, because the session ended or the roster can't be had, stays without a receipt.
      if (!(error instanceof XmppError)) session.report(error, message);
    });
  });
  session.on('message', receipt, ({ id }, message) => {
    const from = tryParseJid(String(message.attrs['from'] ?? ''));
    const to = expected.get(id);
    if (from !== undefined && to !== undefined && isAddressee(from, to)) events.emit('received', { id, from });
  });

  return {
    setPolicy: (next) => void (policy = next),
    expect: (id, to) => expect(id, toJid(to)),
    on: (event, listener, options) => events.on(event, listener, options),
  };
}
