import type { ListenOptions } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { Conversation, Message } from '../message.ts';
import type { Store } from '../store/port.ts';
import type { Content } from '../store/records.ts';
import type { Change } from './journal.ts';
import type { Names } from './names.ts';
import type { Notification } from './notifier.ts';
import type { OlderMessages, SyncOptions, SyncProgress } from './sync.ts';
import type { TypingEvent } from './typing.ts';

/** Who learns that a message has arrived and was read. */
export type ReceiptPolicy = 'contacts' | 'never' | ((address: string) => boolean | Promise<boolean>);

/** What an engine needs. */
export interface ImOptions extends SyncOptions {
  /** Where conversations are kept: `memoryStore`, `sqliteStore`, `indexedDbStore`. One store is for one account. */
  readonly store: Store;
  /** Who gets receipts (XEP-0184): contacts who may see this account's presence, when left out. */
  readonly receipts?: ReceiptPolicy | undefined;
  /** Who gets read markers (XEP-0333); as `receipts` when left out. */
  readonly markers?: ReceiptPolicy | undefined;
}

/** A message to send. */
export interface NewMessage {
  readonly text: string;
  /** The key of the message that it answers. */
  readonly replyTo?: string | undefined;
  /** What stands before a text that is hidden until the reader wants it; may be empty. */
  readonly spoiler?: string | undefined;
  readonly lang?: string | undefined;
  /** Files, uploaded already (XEP-0363). */
  readonly attachments?: Content['attachments'] | undefined;
  readonly thread?: string | undefined;
  /** `*` and `_` are meant as they are (XEP-0393 §6). */
  readonly unstyled?: boolean | undefined;
}

/** Which messages of a conversation; the newest when neither `before` nor `after` is given. */
export interface MessagesOptions {
  /** Only before the message at this position. */
  readonly before?: number | undefined;
  /** Only after the message at this position, the nearest. */
  readonly after?: number | undefined;
  /** 50 when left out. */
  readonly limit?: number | undefined;
}

/** What to search in. */
export interface SearchOptions {
  readonly conversation?: string | undefined;
  readonly before?: number | undefined;
  /** 50 when left out. */
  readonly limit?: number | undefined;
}

/** What an engine tells. */
export interface ImEvents {
  /** The store changed: once for each transaction, such as a page of the archive. */
  change: Change;
  /** Messages that the user should be told of. */
  notify: Notification;
  /** How it stands with the archive. */
  sync: SyncProgress;
  /** Somebody writes, or stopped to. */
  typing: TypingEvent;
}

/** Conversations of an account. Addresses are bare ones, as text. */
export interface Im extends Names {
  /** All that have messages, a draft or are pinned: the pinned ones first, then the one with the newest message. */
  conversations(): Promise<Conversation[]>;
  conversation(address: Jid | string): Promise<Conversation>;
  /** Messages of a conversation that are in the store, in order. */
  messages(address: Jid | string, options?: MessagesOptions): Promise<Message[]>;
  /** Reads older messages of a conversation from the archive into the store. Rejects as `queryArchive` does. */
  loadOlder(
    address: Jid | string,
    options?: { readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<OlderMessages>;
  /**
   * Reads older messages of all conversations from the archive into the store, so that people who are no contacts are among
   * them too. Rejects as `queryArchive` does.
   */
  loadHistory(options?: { readonly limit?: number; readonly signal?: AbortSignal }): Promise<OlderMessages>;
  message(key: string): Promise<Message | undefined>;
  /** The first message of a conversation from a time on, of those in the store. */
  messageSince(address: Jid | string, time: Date): Promise<Message | undefined>;
  /** The message that an id stands for, such as `replyTo`. */
  find(address: Jid | string, id: string): Promise<Message | undefined>;
  /** Messages that have all words, the newest first; the last word may be the beginning of one. */
  search(text: string, options?: SearchOptions): Promise<Message[]>;
  /** How many messages were not read, in all conversations. */
  unread(): Promise<number>;

  /**
   * Accepts a message: when this resolves it is in the store, and is sent as soon as there is a connection, once and in
   * order, also if the program ends before that.
   *
   * Rejects with `JidError` for an address that is none, `XmlError` for text that XML can't hold, `StoreError`.
   */
  send(address: Jid | string, message: NewMessage | string): Promise<Message>;
  /** Puts a message of this account in other words. Rejects with `XmppError` for a message of somebody else. */
  correct(key: string, message: NewMessage | string): Promise<Message>;
  /** Takes a message of this account back. Rejects with `XmppError` for a message of somebody else. */
  retract(key: string): Promise<Message>;
  /** Reacts to a message, in place of earlier reactions; with none these are taken back. */
  react(key: string, emojis: readonly string[]): Promise<Message>;
  /** Sends a message again that failed, as the same message. */
  retry(key: string): Promise<Message>;
  /** Takes back a message that has not been sent yet, or removes one that failed. Whether it could. */
  cancel(key: string): Promise<boolean>;
  /** The user has read up to a message, or all: told to this account's other devices, and to the other side. */
  markRead(address: Jid | string, key?: string): Promise<void>;
  /** Keeps what the user has written and not sent, in this store alone; an empty text removes it. */
  setDraft(address: Jid | string, text: string): Promise<void>;
  /** Puts a conversation before the others, or back, in this store alone. */
  setPinned(address: Jid | string, pinned: boolean): Promise<void>;
  /** The user writes. */
  typing(address: Jid | string): Promise<void>;

  /**
   * Resolves when the server has all that was accepted, and the other devices know what was read. Rejects with the signal's
   * reason; without a connection it waits for one.
   */
  flush(options?: ListenOptions): Promise<void>;

  /** How it stands with the archive. */
  readonly sync: SyncProgress;
  /**
   * Reads what is new in the archive, settles ids and order of what came since, and asks what the other devices have read. It
   * does so by itself.
   */
  catchUp(): Promise<void>;
  on<K extends keyof ImEvents>(event: K, listener: (event: ImEvents[K]) => void, options?: ListenOptions): Disposable;
  /** Ends it: what was accepted is in the store. The session and the store stay open. */
  close(): Promise<void>;
}
