import type { DiscoInfo } from '@xeps/xep-0030';

/**
 * Where verified information is kept from one run to the next (§8.2). What is kept is plain data that JSON and structured
 * cloning can hold. It is verified again when it is read, so that a store can't be poisoned from outside.
 */
export interface CapsStore {
  /** The information kept under that key; `undefined` when there is none. */
  get(key: string): DiscoInfo | undefined | Promise<DiscoInfo | undefined>;
  /** Keeps it; may forget others. */
  set(key: string, info: DiscoInfo): void | Promise<void>;
}
