/**
 * One connection for all tabs: the tab that has the lock has the account, the others ask it over a channel. When that tab
 * goes, the next one takes the account over.
 */
import { createEmitter } from './emitter.ts';
import { RemoteError, toFault } from './fault.ts';
import { createLocalAccount } from './local.ts';
import type { LocalAccount } from './local.ts';
import type { Profile } from './profile.ts';
import type { Account, AccountApi, AccountEvents, AccountState, Fault } from './types.ts';

/** What goes from tab to tab. Every page of the origin can say it: no more is believed than a page of it could do itself. */
type Notice =
  | { readonly type: 'hello' }
  | { readonly type: 'state'; readonly state: AccountState }
  | { readonly type: 'call'; readonly id: string; readonly method: keyof AccountApi; readonly args: readonly unknown[] }
  | { readonly type: 'result'; readonly id: string; readonly value?: unknown; readonly fault?: Fault }
  | { readonly type: 'event'; readonly event: keyof AccountEvents; readonly value: unknown };

/** An account, wherever it is. */
export interface LinkedAccount extends Account {
  /** Names this tab. */
  readonly tab: string;
  close(): Promise<void>;
}

/** How the account begins, if this tab is the one that has it. */
export interface LinkOptions {
  readonly profile: Profile;
  readonly password?: string | undefined;
  readonly register?: boolean | undefined;
  /** The first attempt to sign in has to succeed. */
  readonly first?: boolean | undefined;
}

interface Call {
  readonly notice: Extract<Notice, { type: 'call' }>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What may be asked a second time, when the tab that was asked has gone without an answer. */
const repeatable: ReadonlySet<keyof AccountApi> = new Set([
  'conversations',
  'conversation',
  'messages',
  'loadOlder',
  'message',
  'messageSince',
  'find',
  'search',
  'markRead',
  'setDraft',
  'setPinned',
  'looksAt',
  'devices',
  'serverInfo',
]);

/** Opens an account. Rejects when it is a first one and can't sign in. */
export async function linkAccount({ profile, password, register, first }: LinkOptions): Promise<LinkedAccount> {
  const tab = crypto.randomUUID();
  const name = `xeps-web ${profile.address}`;
  const channel = new BroadcastChannel(name);
  const events = createEmitter<AccountEvents>();
  const calls = new Map<string, Call>();
  const life = new AbortController();
  let state: AccountState | undefined;
  let local: LocalAccount | undefined;
  let letGo: (() => void) | undefined;
  /** This tab leads, or knows who does. */
  const known = Promise.withResolvers<void>();

  const post = (notice: Notice): void => channel.postMessage(notice);

  channel.addEventListener('message', ({ data }: MessageEvent<Notice>) => {
    if (local === undefined) hear(data);
    else answer(local, data);
  });

  /** As a tab that has not got the account. */
  function hear(notice: Notice): void {
    if (notice.type === 'state') {
      const had = state !== undefined;
      ({ state } = notice);
      known.resolve();
      events.emit('state', notice.state);
      // Another tab has taken over: what was asked of the one before is asked again, or lost.
      if (had) askAgain();
    } else if (notice.type === 'event') {
      if (notice.event === 'state') state = { ...state!, ...(notice.value as Partial<AccountState>) };
      // Only the tab that has the account makes notifications of it.
      if (notice.event !== 'notify') events.emit(notice.event, notice.value as never);
    } else if (notice.type === 'result') {
      const call = calls.get(notice.id);
      calls.delete(notice.id);
      if (notice.fault === undefined) call?.resolve(notice.value);
      else call?.reject(new RemoteError(notice.fault));
    }
  }

  /** As the tab that has it. */
  function answer(account: LocalAccount, notice: Notice): void {
    if (notice.type === 'hello') post({ type: 'state', state: account.state });
    if (notice.type !== 'call') return;
    const { id, method, args } = notice;
    run(account, method, args).then(
      (value) => post({ type: 'result', id, value }),
      (error: unknown) => post({ type: 'result', id, fault: toFault(error) }),
    );
  }

  async function run(account: LocalAccount, method: keyof AccountApi, args: readonly unknown[]): Promise<unknown> {
    if (!Object.hasOwn(account.api, method)) throw new Error(`there is no ${method}`);
    return (account.api[method] as (...values: readonly unknown[]) => Promise<unknown>)(...args);
  }

  function askAgain(): void {
    for (const [id, call] of calls) {
      const { method } = call.notice;
      if (!repeatable.has(method)) {
        calls.delete(id);
        call.reject(
          new RemoteError({
            name: 'TabClosed',
            message: 'The tab that was to do it has been closed: look whether it was done, and try again.',
          }),
        );
      } else if (local === undefined) post(call.notice);
      else {
        calls.delete(id);
        run(local, method, call.notice.args).then(call.resolve, call.reject);
      }
    }
  }

  function ask(method: keyof AccountApi, args: readonly unknown[]): Promise<unknown> {
    if (local !== undefined) return run(local, method, args);
    return new Promise((resolve, reject) => {
      const notice = { type: 'call', id: crypto.randomUUID(), method, args } as const;
      calls.set(notice.id, { notice, resolve, reject });
      post(notice);
    });
  }

  async function lead(): Promise<void> {
    const account = createLocalAccount({ profile, password, register });
    for (const event of ['state', 'change', 'notify', 'gone'] as const)
      account.on(event, (value) => {
        if (event === 'state') ({ state } = account);
        post({ type: 'event', event, value });
        events.emit(event, value as never);
      });
    if (first === true) {
      try {
        await account.start(false);
      } catch (error) {
        await account.close();
        throw error;
      }
    }
    ({ state } = account);
    local = account;
    post({ type: 'state', state: account.state });
    events.emit('state', account.state);
    askAgain();
    known.resolve();
    if (first !== true) account.start(true).catch(() => {});
  }

  navigator.locks
    .request(name, { signal: life.signal }, async () => {
      const held = new Promise<void>((done) => (letGo = done));
      await lead();
      await held;
    })
    .catch((error: unknown) => {
      if (!life.signal.aborted) known.reject(error);
    });
  post({ type: 'hello' });
  try {
    await known.promise;
  } catch (error) {
    channel.close();
    throw error;
  }

  return {
    tab,
    api: new Proxy({} as AccountApi, {
      get: (_, method: string) => (method === 'then' ? undefined : (...args: unknown[]) => ask(method as never, args)),
    }),
    get state() {
      return state;
    },
    on: events.on,
    async close() {
      life.abort();
      await local?.close();
      letGo?.();
      channel.close();
    },
  };
}
