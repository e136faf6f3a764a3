/**
 * Where the server keeps what is to outlive a connection: tables of plain data. Everything is in memory, so that reading
 * costs nothing and routing stays synchronous; a file gets every change as well and gives them back at the next start.
 */

/** Values by key, in the order in which their keys were first set: what JSON can hold, stanzas as text. */
export interface Table<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** All, in order. */
  entries(): IterableIterator<[string, T]>;
}

/** See the file's head. */
export interface Store {
  /** The table of that name; the same one every time. */
  table<T>(name: string): Table<T>;
  /** Everything that was set is in the file when this resolves. */
  close(): Promise<void>;
}

/** A store that ends with the process. */
/* @__NO_SIDE_EFFECTS__ */
export function memoryStore(): Store {
  const tables = new Map<string, Map<string, unknown>>();
  return {
    table<T>(name: string) {
      let table = tables.get(name);
      if (table === undefined) tables.set(name, (table = new Map()));
      return table as unknown as Table<T>;
    },
    close: () => Promise.resolve(),
  };
}
