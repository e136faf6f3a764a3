/** An account's conversations, kept on this machine: with a connection, and without one. */
import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { XmppError } from '@xeps/core';
import { createIm, StoreError } from '@xeps/im';
import type { Im, ImOptions, Store, SyncProgress } from '@xeps/im';
import { memoryStore } from '@xeps/im/memory';
import { presence, roster } from '@xeps/rfc-6121';
import { sendPing } from '@xeps/xep-0199';
import { displayedSync } from '@xeps/xep-0490';
import { readAccount } from './account.ts';
import type { Account, Environment } from './account.ts';
import type { CommandContext } from './command.ts';
import { UsageError } from './failure.ts';
import { connectionOptions, online, raceSignal, timeoutOf } from './online.ts';
import type { ConnectOptions, Online } from './online.ts';
import { storeFolder } from './store.ts';
import { oneLine } from './text.ts';
import { visibleName } from './visible.ts';

/** The conversations of an account. */
export interface Conversations {
  readonly im: Im;
  readonly store: Store;
  /** The account's bare address. */
  readonly own: string;
  /** What to call somebody: as the contact list does, `you` for the account itself. On one line, and harmless. */
  nameOf(address: string): string;
}

/** The same with a connection. */
export interface OnlineConversations extends Conversations, Online {}

/** How conversations are opened with a connection. */
export interface ConversationSettings {
  /** Before there is a connection. */
  readonly before?: (conversations: Conversations) => Promise<void>;
  /** The account becomes available: messages come here. Without, they are read from the archive. */
  readonly announce?: boolean;
  readonly im?: Omit<ImOptions, 'store'>;
}

/** The file of an account's messages; it need not be there. */
export function conversationsFile(account: Pick<Account, 'jid'>, environment: Environment): string {
  const address = String(account.jid.bare());
  const name = encodeURIComponent(address).replaceAll('%40', '@').replaceAll('*', '%2A');
  // Longer names are not allowed everywhere.
  const short = name.length <= 180 ? name : createHash('sha256').update(address).digest('hex');
  return join(storeFolder(environment), 'conversations', `${short}.sqlite`);
}

/** Whether there are messages of the account on this machine, and they may be used. */
export async function isStored({ options, environment }: CommandContext<ConnectOptions>): Promise<boolean> {
  return options.store !== false && existsSync(conversationsFile(await readAccount(options, environment), environment));
}

/** Removes the messages of an account from this machine. */
export function removeConversations(account: Pick<Account, 'jid'>, environment: Environment): void {
  const file = conversationsFile(account, environment);
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
}

/**
 * Opens what is stored, without a connection. Rejects with `UsageError` when nothing is, with `StoreError`.
 *
 * @param hint what to do instead where nothing is stored
 */
export async function withStored<T>(
  { options, environment, output }: CommandContext<ConnectOptions>,
  hint: string,
  work: (conversations: Conversations) => Promise<T>,
): Promise<T> {
  const account = await readAccount(options, environment);
  if (options.store === false) throw new UsageError('this reads what is stored here: leave --no-store out');
  const file = conversationsFile(account, environment);
  if (!existsSync(file)) throw new UsageError(`no messages of ${String(account.jid.bare())} are stored here: ${hint}`);
  const store = await openSqlite(file);
  // It never connects: the engine reads the store through it.
  const client = createClient({ ...connectionOptions(account, timeoutOf(options)), reconnect: false });
  client.on('fault', ({ error }) => output.note(oneLine(error instanceof Error ? error.message : String(error))));
  const conversations = await openIm(client, store, account);
  try {
    return await work(conversations);
  } finally {
    await conversations.im.close();
    await client.stop();
    await store.close();
  }
}

/** Signs in with an engine on what is stored, runs `work`, and closes both in order whatever became of it. */
export async function withConversations<T>(
  context: CommandContext<ConnectOptions>,
  work: (conversations: OnlineConversations) => Promise<T>,
  { before, announce = false, im = {} }: ConversationSettings = {},
): Promise<T> {
  let conversations: Conversations | undefined;
  let store: Store | undefined;
  try {
    return await online(
      context,
      async (connection) => {
        const result = await work({ ...conversations!, ...connection });
        await conversations!.im.close();
        return result;
      },
      {
        bind2: true,
        async prepare({ client, account }) {
          store = await openStoreFor(context, account);
          conversations = await openIm(client, store, account, im);
          if (announce) client.use(presence).announce();
          await before?.(conversations);
        },
      },
    );
  } finally {
    await conversations?.im.close();
    await store?.close();
  }
}

/** Resolves when what the archive has until now is in the store, and how far other devices have read. */
export async function synced({ im, client, signal }: OnlineConversations): Promise<SyncProgress> {
  const ended = new Promise<SyncProgress>((resolve) => {
    const look = (progress: SyncProgress): void => {
      if (progress.state !== 'idle' && progress.state !== 'syncing') resolve(progress);
    };
    im.on('sync', look, { signal });
    look(im.sync);
  });
  const progress = await raceSignal(ended, signal);
  if (progress.state === 'failed') throw progress.error;
  // A server without it keeps no such state; what went wrong otherwise is a fault of the session, which is told.
  await client
    .use(displayedSync)
    .loaded({ signal })
    .catch(() => signal.throwIfAborted());
  return progress;
}

/**
 * Resolves when the server has all that was accepted to be sent and has refused what it refuses, when those know it who
 * may know that their messages came, and the other devices what was read here. Rejects with `XmppError`
 * (`ERR_XMPP_TIMEOUT`) when the first takes longer than `timeout` milliseconds; it is sent by the next command then.
 */
export async function flush(conversations: OnlineConversations): Promise<void> {
  const { im, store, client, signal, timeout } = conversations;
  const late = AbortSignal.timeout(timeout);
  try {
    await im.flush({ signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    const { length } = await store.read((tx) => tx.outbox());
    throw new XmppError('ERR_XMPP_TIMEOUT', `${length} not sent in time: the next xeps chat or sync sends them`);
  }
  // Who gets receipts is a question to the contact list.
  await client
    .use(roster)
    .loaded({ signal })
    .catch(() => signal.throwIfAborted());
  // The server answers in order.
  await sendPing(client, { signal, timeout });
}

async function openStoreFor(
  { options, environment, output }: CommandContext<ConnectOptions>,
  account: Account,
): Promise<Store> {
  if (options.store === false || account.jid.local === undefined) return memoryStore();
  try {
    return await openSqlite(conversationsFile(account, environment));
  } catch (error) {
    // What is there and can't be used is not passed over: who wrote it wants it back.
    if (error instanceof StoreError) throw error;
    output.note(`no messages are stored: ${oneLine(error instanceof Error ? error.message : String(error))}`);
    return memoryStore();
  }
}

async function openSqlite(file: string): Promise<Store> {
  // Only where it is needed: not every Node that runs the other commands has it.
  const { sqliteStore } = await import('@xeps/store-sqlite').catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code !== 'ERR_UNKNOWN_BUILTIN_MODULE') throw error;
    throw new UsageError(`this Node (${process.version}) has no SQLite: use Node 22.13 or later`);
  });
  return sqliteStore(file);
}

/** What the store holds for this program alone: names of contacts, for when there is no connection. */
const NAMES = 'cli-names';

async function openIm(
  client: Client,
  store: Store,
  account: Account,
  options: Omit<ImOptions, 'store'> = {},
): Promise<Conversations> {
  const own = String(account.jid.bare());
  const im = createIm(client, { ...options, store });
  const names = new Map((await store.read((tx) => tx.getMeta(NAMES))) as [string, string][] | undefined);
  client.use(roster).on('loaded', ({ items }) => {
    const now = items.flatMap(({ jid, name }): [string, string][] =>
      name === undefined || name.trim() === '' ? [] : [[String(jid), name]],
    );
    if (JSON.stringify(now) === JSON.stringify([...names])) return;
    names.clear();
    for (const [address, name] of now) names.set(address, name);
    store.write((tx) => tx.setMeta(NAMES, now)).catch(client.report);
  });
  return {
    im,
    store,
    own,
    nameOf: (address) =>
      address === own ? 'you' : visibleName(names.get(address) ?? im.displayName(address)) || visibleName(address),
  };
}
