/**
 * Conversations of `@xeps/im` in a file, by the SQLite that is part of Node.
 *
 * @packageDocumentation
 */
export { sqliteStore } from './store.ts';
export type { SqliteStoreOptions } from './store.ts';
