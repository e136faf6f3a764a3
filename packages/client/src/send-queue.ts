import { DisconnectedError, XmppError } from '@xeps/core';
import type { Delivery } from '@xeps/core';
import type { EncodedStanza, Receipt } from '@xeps/stream';

/** What waits at most while there is no connection. */
export interface QueueLimits {
  /** Stanzas; 1,000 when left out. */
  readonly stanzas?: number | undefined;
  /** UTF-16 code units of their text; 8 Mi when left out. */
  readonly size?: number | undefined;
}

/** A stanza on its way: it waits, is written, and is acknowledged. */
export interface Outgoing {
  readonly stanza: EncodedStanza;
  readonly receipt: Receipt;
  written(): void;
  failed(error: Error): void;
}

/** Makes the way of a stanza, and the promises for who sent it. */
export function outgoing(stanza: EncodedStanza): { readonly entry: Outgoing; readonly sent: Promise<Delivery> } {
  const sent = Promise.withResolvers<Delivery>();
  const acked = Promise.withResolvers<void>();
  // Nobody has to look at it.
  acked.promise.catch(() => {});
  return {
    sent: sent.promise,
    entry: {
      stanza,
      receipt: { acked: () => acked.resolve(), failed: (error) => acked.reject(error) },
      written: () => sent.resolve({ acked: acked.promise }),
      failed(error) {
        sent.reject(error);
        acked.reject(error);
      },
    },
  };
}

/** Stanzas that wait for a connection, in the order of sending. */
export interface SendQueue {
  readonly length: number;
  /** Puts one at the end. Throws `XmppError` (`ERR_XMPP_QUEUE_FULL`) when there is no room. */
  push(entry: Outgoing): void;
  /** Puts some in front, past the limits: they were let in once. */
  unshift(entries: readonly Outgoing[]): void;
  /** Takes one back; whether it was still there. */
  remove(entry: Outgoing): boolean;
  shift(): Outgoing | undefined;
  /** Fails them all. */
  fail(error: Error): void;
}

/** Makes an empty queue. */
/* @__NO_SIDE_EFFECTS__ */
export function createSendQueue(limits: QueueLimits = {}): SendQueue {
  const { stanzas = 1_000, size: maxSize = 8 * 1024 * 1024 } = limits;
  let entries: Outgoing[] = [];
  let size = 0;
  return {
    get length() {
      return entries.length;
    },
    push(entry) {
      const length = entry.stanza.text.length;
      if (entries.length >= stanzas || size + length > maxSize) {
        throw new XmppError(
          'ERR_XMPP_QUEUE_FULL',
          `no connection, and the queue is full: ${entries.length} stanzas wait already`,
          { cause: new DisconnectedError('not connected') },
        );
      }
      size += length;
      entries.push(entry);
    },
    unshift(more) {
      entries = [...more, ...entries];
      for (const entry of more) size += entry.stanza.text.length;
    },
    remove(entry) {
      const index = entries.indexOf(entry);
      if (index < 0) return false;
      entries.splice(index, 1);
      size -= entry.stanza.text.length;
      return true;
    },
    shift() {
      const entry = entries.shift();
      size -= entry?.stanza.text.length ?? 0;
      return entry;
    },
    fail(error) {
      size = 0;
      for (const entry of entries.splice(0)) entry.failed(error);
    },
  };
}
