/** A stretch of a conversation that is in memory, which grows and moves as one scrolls. */
import type { Message } from '@xeps/im';
import type { Account } from '../backend/types.ts';

/** What is shown of it. */
export interface WindowView {
  readonly messages: readonly Message[];
  /** There may be older ones: in the store, or in the archive. */
  readonly hasOlder: boolean;
  /** It does not reach to the newest. */
  readonly hasNewer: boolean;
  readonly loading: 'older' | 'newer' | undefined;
  /** Older ones could not be had: there is no connection. */
  readonly stuck: boolean;
  /** It was read for the first time. */
  readonly ready: boolean;
  /** The first message that was unread when the conversation was opened. */
  readonly firstUnread: string | undefined;
  /** Counts jumps: where to scroll to. `key` undefined: to the end. */
  readonly jump: { readonly count: number; readonly key: string | undefined };
  /** Messages were put before the others, so that what is in view must not move. */
  readonly prepended: boolean;
}

/** See the file's head. */
export interface MessageWindow {
  readonly view: WindowView;
  subscribe(listener: () => void): () => void;
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Shows a message, wherever it is; whether it is there. */
  show(key: string): Promise<boolean>;
  toEnd(): Promise<void>;
  close(): void;
}

/** Messages that are read at a time, and that are kept at most. */
const page = 60;
const most = 420;

/** Opens a conversation, at what is unread. */
export function openWindow(account: Account, address: string): MessageWindow {
  const { api } = account;
  const listeners = new Set<() => void>();
  let closed = false;
  let view: WindowView = {
    messages: [],
    hasOlder: true,
    hasNewer: false,
    loading: undefined,
    stuck: false,
    ready: false,
    firstUnread: undefined,
    jump: { count: 0, key: undefined },
    prepended: false,
  };
  /** One thing after the other: each begins with what the one before has left. */
  let queue: Promise<unknown> = Promise.resolve();

  function set(part: Partial<WindowView>): void {
    if (closed) return;
    view = { ...view, prepended: false, ...part };
    for (const listener of listeners) listener();
  }
  function then<T>(work: () => Promise<T>): Promise<T> {
    const next = queue.then(work);
    queue = next.catch(() => undefined);
    return next;
  }
  const jumpTo = (key: string | undefined): WindowView['jump'] => ({ count: view.jump.count + 1, key });

  async function open(): Promise<void> {
    const { unread, readUpTo } = await api.conversation(address);
    const read = unread > 0 && readUpTo !== undefined ? await api.message(readUpTo) : undefined;
    if (read === undefined) return end();
    const { messages, hasNewer } = await around(read);
    const first = messages.find(({ position, outgoing }) => position > read.position && !outgoing);
    set({
      ...{ messages, hasNewer, hasOlder: true, ready: true, firstUnread: first?.key },
      jump: jumpTo(first?.key),
    });
  }

  async function end(): Promise<void> {
    const messages = await api.messages(address, { limit: page });
    set({ messages, hasNewer: false, hasOlder: true, ready: true, jump: jumpTo(undefined) });
    if (messages.length < page) await older();
  }

  async function around(message: Message): Promise<Pick<WindowView, 'messages' | 'hasNewer'>> {
    const { position } = message;
    const [before, after] = await Promise.all([
      api.messages(address, { before: position, limit: page / 2 }),
      api.messages(address, { after: position, limit: page }),
    ]);
    return { messages: [...before, message, ...after], hasNewer: after.length === page };
  }

  async function older(): Promise<void> {
    const [first] = view.messages;
    if (!view.hasOlder || closed) return;
    set({ loading: 'older' });
    const before = first === undefined ? {} : { before: first.position };
    let found = first === undefined ? [] : await api.messages(address, { ...before, limit: page });
    if (found.length === 0) {
      try {
        const { added, complete } = await api.loadOlder(address);
        found = await api.messages(address, { ...before, limit: page });
        if (complete && added === 0 && found.length === 0)
          return set({ loading: undefined, hasOlder: false, stuck: false });
        if (complete && found.length < page) set({ hasOlder: false });
      } catch {
        return set({ loading: undefined, stuck: true });
      }
    }
    const known = new Set(view.messages.map(({ key }) => key));
    const messages = [...found.filter(({ key }) => !known.has(key)), ...view.messages];
    set({
      messages: messages.slice(0, most),
      hasNewer: view.hasNewer || messages.length > most,
      loading: undefined,
      stuck: false,
      prepended: true,
    });
  }

  async function newer(): Promise<void> {
    const last = view.messages.at(-1);
    if (!view.hasNewer || last === undefined) return;
    set({ loading: 'newer' });
    const found = await api.messages(address, { after: last.position, limit: page });
    const messages = [...view.messages, ...found];
    set({
      messages: messages.slice(-most),
      hasOlder: view.hasOlder || messages.length > most,
      hasNewer: found.length === page,
      loading: undefined,
      prepended: messages.length > most,
    });
  }

  /** What is in memory, as it is now. */
  async function refresh(): Promise<void> {
    const { messages, hasNewer } = view;
    const [first] = messages;
    if (first === undefined) return end();
    const known = new Set(messages.map(({ key }) => key));
    const limit = hasNewer ? messages.length - 1 : most;
    const [head, rest] = await Promise.all([
      api.message(first.key),
      limit === 0 ? [] : api.messages(address, { after: first.position, limit }),
    ]);
    const now = [...(head === undefined ? [] : [head]), ...rest].sort((a, b) => a.position - b.position);
    // Somebody who speaks wants to see it.
    const said =
      !hasNewer && now.some(({ key, outgoing, state }) => outgoing && state === 'pending' && !known.has(key));
    set({ messages: now, ready: true, ...(said && { jump: jumpTo(undefined) }) });
  }

  const report = (error: unknown): void => {
    if (!closed) console.warn(error);
  };
  let due = false;
  const stop = account.on('change', ({ conversations }) => {
    if (due || (conversations !== 'all' && !conversations.includes(address))) return;
    due = true;
    then(async () => {
      due = false;
      await refresh();
    }).catch(report);
  });
  // Older messages can be asked for again.
  const stopState = account.on('state', ({ connection }) => {
    if (connection?.status === 'online' && view.stuck) set({ stuck: false });
  });
  then(open).catch(report);

  return {
    get view() {
      return view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    loadOlder: () => (view.loading === undefined ? then(older).catch(report) : Promise.resolve()),
    loadNewer: () => (view.loading === undefined ? then(newer).catch(report) : Promise.resolve()),
    show: (key) =>
      then(async () => {
        if (!view.messages.some((message) => message.key === key)) {
          const message = await api.message(key);
          if (message === undefined || message.conversation !== address) return false;
          set({ ...(await around(message)), hasOlder: true, ready: true });
        }
        set({ jump: jumpTo(key) });
        return true;
      }),
    toEnd: () => (view.hasNewer ? then(end) : Promise.resolve(set({ jump: jumpTo(undefined) }))),
    close() {
      closed = true;
      stop();
      stopState();
    },
  };
}
