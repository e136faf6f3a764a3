import type { ReadTransaction, WriteTransaction } from '../store/port.ts';

/** What waits to be sent stands behind everything else, in the order in which it was written. */
const PENDING = 2 ** 50;

/** Hands out positions: each once. */
export interface Order {
  /** After everything but what waits to be sent. */
  newest(): number;
  /** Before everything. */
  oldest(): number;
  /** After everything. */
  pending(): number;
  save(): Promise<void>;
}

/** Whether a position is one of what waits to be sent. */
export function isPending(position: number): boolean {
  return position >= PENDING;
}

/** Goes on where the store's last transaction was. */
export async function loadOrder(tx: ReadTransaction & Pick<WriteTransaction, 'setMeta'>): Promise<Order> {
  const stored = (await tx.getMeta('order')) as readonly [number, number, number] | undefined;
  let [newest, oldest, pending] = stored ?? [0, 0, PENDING];
  const before = [newest, oldest, pending].join();
  return {
    newest: () => (newest += 1),
    oldest: () => (oldest -= 1),
    pending: () => (pending += 1),
    async save() {
      if ([newest, oldest, pending].join() !== before) await tx.setMeta('order', [newest, oldest, pending]);
    },
  };
}
