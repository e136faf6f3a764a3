import type { ChangeBatch, ConversationRecord, EventRecord, OutboxRecord } from './records.ts';

/** Where a page of a conversation begins and which way it goes. */
export interface PageQuery {
  readonly conversation: string;
  /** Only messages before this position, the nearest first in choice; with neither, the newest. */
  readonly before?: number;
  /** Only messages after this position. */
  readonly after?: number;
  /** At most so many. */
  readonly limit: number;
}

/** What to search for. */
export interface SearchQuery {
  /** What `searchWords` made of it: a message must have all; the last one may be the beginning of a word. */
  readonly words: readonly string[];
  readonly conversation?: string;
  /** Only messages before this position. */
  readonly before?: number;
  readonly limit: number;
}

/** Reads within one transaction. Nothing else may be awaited while it lasts: IndexedDB would end it. */
export interface ReadTransaction {
  /** A setting of the engine; JSON. */
  getMeta(name: string): Promise<unknown>;
  conversations(): Promise<readonly ConversationRecord[]>;
  getConversations(addresses: readonly string[]): Promise<readonly ConversationRecord[]>;
  getEvents(keys: readonly string[]): Promise<readonly EventRecord[]>;
  /** The events with these ids in an archive (`archived`). */
  findArchived(archived: readonly string[]): Promise<readonly EventRecord[]>;
  /** The events that go by any of these names (`refs`), each once. */
  findRefs(refs: readonly string[]): Promise<readonly EventRecord[]>;
  /** The events that change the messages of these names (`target`). */
  findChanges(targets: readonly string[]): Promise<readonly EventRecord[]>;
  /** Messages (`kind`) of a conversation, in the order of their positions, the lowest first. */
  page(query: PageQuery): Promise<readonly EventRecord[]>;
  /** How many messages of a conversation after a position count as unread (`counts`). */
  countUnread(conversation: string, after: number): Promise<number>;
  /** Messages that have all words, the newest first. */
  search(query: SearchQuery): Promise<readonly EventRecord[]>;
  /** What waits to be sent, in order. */
  outbox(): Promise<readonly OutboxRecord[]>;
  /** The batches after a revision, in order; `undefined` when they are not all kept any more. */
  changesAfter(revision: number): Promise<readonly ChangeBatch[] | undefined>;
  /** The revision of the last batch; 0 when there was none. */
  revision(): Promise<number>;
}

/** Reads and writes within one transaction: all of it happens, or nothing. */
export interface WriteTransaction extends ReadTransaction {
  /** `undefined` removes it. */
  setMeta(name: string, value: unknown): Promise<void>;
  putConversations(records: readonly ConversationRecord[]): Promise<void>;
  /** Its record; its events stay. */
  deleteConversation(address: string): Promise<void>;
  /**
   * Adds events, and replaces those of the same key. Two may exchange their positions: only in the end each has one of its
   * own. Rejects when another event has the same `archived` already.
   */
  putEvents(records: readonly EventRecord[]): Promise<void>;
  deleteEvents(keys: readonly string[]): Promise<void>;
  putOutbox(records: readonly OutboxRecord[]): Promise<void>;
  deleteOutbox(seqs: readonly number[]): Promise<void>;
  /** Keeps a batch for other tabs and processes; old ones are dropped. */
  putChanges(batch: ChangeBatch): Promise<void>;
}

/**
 * Where an engine keeps conversations. Several engines, in several tabs or processes, may have one store open.
 *
 * An adapter for another database passes `describeStore` of `@xeps/im/testing`.
 */
export interface Store {
  /** Runs `work` on a state of the store that does not change while it runs. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` alone: no other write runs at the same time, in whatever tab or process. What it wrote is kept when it
   * resolves, and thrown away when it rejects. Durable once this resolves.
   *
   * Rejects with what `work` rejects with, and with {@link StoreError}.
   */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Calls `listener` after every write, of this tab or process or of another. It may be called more often than needed. */
  onChange(listener: () => void): Disposable;
  /** Ends running transactions first. */
  close(): Promise<void>;
}
