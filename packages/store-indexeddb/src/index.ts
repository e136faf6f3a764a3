/**
 * Conversations of `@xeps/im` in IndexedDB: pages, unread counts and a search of words, the same for all tabs.
 *
 * @packageDocumentation
 */
export { deleteIndexedDbStore, indexedDbStore } from './store.ts';
export type { IndexedDbStoreOptions } from './store.ts';
