import type { Store } from '../store/port.ts';

/** What a check gets. */
export interface StoreContext {
  /** Opens a store on the data of this check, as another tab or process would. It is closed when the check has ended. */
  open(): Promise<Store>;
}

/** Something that every store has to do. */
export interface StoreCheck {
  readonly name: string;
  /** It opens several stores on the same data, or opens them again. */
  readonly shared: boolean;
  /** Rejects with an error that says what was expected. In the transactions it awaits nothing but them. */
  run(context: StoreContext): Promise<void>;
}
