/**
 * What every store has to do, as checks that run in any test runner, and in a page without one.
 *
 * @packageDocumentation
 */
import type { Store } from '../store/port.ts';
import { basics } from './basics.ts';
import type { StoreCheck } from './check.ts';
import { lookups } from './lookups.ts';
import { searches } from './searches.ts';
import { sharing } from './sharing.ts';
import { transactions } from './transactions.ts';

export type { StoreCheck, StoreContext } from './check.ts';

/** Data of one check: empty at first. */
export interface StorePlace {
  /** Opens a store on these data; it may be called more than once. */
  open(): Store | Promise<Store>;
  /** Throws the data away; the stores are closed by then. */
  remove?(): void | Promise<void>;
}

/** What {@link describeStore} needs of a test runner, such as `{ describe, it }` of Vitest. */
export interface StoreTestRunner {
  describe(name: string, body: () => void): unknown;
  /** `timeout`: milliseconds. */
  it(name: string, body: () => Promise<void>, timeout: number): unknown;
}

/** Options of {@link describeStore}. */
export interface DescribeStoreOptions {
  /** Whether several stores can be open on the same data, and the data outlive them. True when absent. */
  readonly shared?: boolean;
}

/** All checks. */
export const storeChecks: readonly StoreCheck[] = [...basics, ...lookups, ...searches, ...transactions, ...sharing];

/** Runs one check on new data. Rejects with the error of the check. */
export async function runStoreCheck(check: StoreCheck, create: () => StorePlace | Promise<StorePlace>): Promise<void> {
  const place = await create();
  const stores: Store[] = [];
  try {
    await check.run({
      async open() {
        const store = await place.open();
        stores.push(store);
        return store;
      },
    });
  } finally {
    for (const store of stores) await store.close();
    await place.remove?.();
  }
}

/**
 * The tests of a store: what an adapter for another database has to pass.
 *
 * @param create makes new, empty data
 */
export function describeStore(
  name: string,
  create: () => StorePlace | Promise<StorePlace>,
  { describe, it }: StoreTestRunner,
  { shared = true }: DescribeStoreOptions = {},
): void {
  describe(name, () => {
    for (const check of storeChecks) {
      if (shared || !check.shared) it(check.name, () => runStoreCheck(check, create), 60_000);
    }
  });
}
