import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { ArrowDown } from 'lucide-react';
import { VList } from 'virtua';
import type { VListHandle } from 'virtua';
import type { Message } from '@xeps/im';
import type { MessageWindow } from '../hooks/message-window.ts';
import { useAccount } from '../hooks/account.tsx';
import { dayName, t } from '../i18n/index.ts';
import { attachmentKind } from '../ui/attachment.ts';
import { Spinner } from '../ui/basics.tsx';
import { MessageRow } from './message-row.tsx';
import type { MessageActions } from './message-row.tsx';

type Row =
  | { readonly kind: 'day'; readonly key: string; readonly date: Date }
  | { readonly kind: 'unread' | 'beginning' | 'loading' | 'stuck'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly message: Message; first: boolean; last: boolean };

/** Milliseconds in which messages of one person belong together. */
const together = 5 * 60_000;
/** Pixels from an end, within which more is loaded. */
const near = 600;

/** The messages of a conversation: only those in view are in the page, and more come as one scrolls. */
export function MessageList({
  address,
  name,
  source,
  actions,
  unread,
}: {
  readonly address: string;
  readonly name: string;
  readonly source: MessageWindow;
  readonly actions: MessageActions;
  readonly unread: number;
}): ReactNode {
  const { api } = useAccount();
  const view = useSyncExternalStore(source.subscribe, () => source.view);
  const { messages, hasOlder, hasNewer, loading, stuck, ready, firstUnread, jump, prepended } = view;
  const list = useRef<VListHandle>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const [marked, setMarked] = useState<string>();
  const rows = useMemo(
    () => toRows(messages, { firstUnread, hasOlder, loading: loading === 'older', stuck }),
    [messages, firstUnread, hasOlder, loading, stuck],
  );
  const latest = useRef(rows);
  latest.current = rows;

  // To where a jump leads.
  useLayoutEffect(() => {
    if (!ready || latest.current.length === 0) return;
    const { key } = jump;
    const at = key === undefined ? -1 : latest.current.findIndex((row) => row.key === key);
    if (at < 0) toEnd(list.current, latest.current.length);
    else list.current?.scrollToIndex(at, { align: key === firstUnread ? 'start' : 'center' });
    atEnd.current = at < 0;
    if (key === undefined || key === firstUnread) return;
    setMarked(key);
    const timer = setTimeout(() => setMarked(undefined), 1600);
    return () => clearTimeout(timer);
  }, [jump, ready, firstUnread]);

  // Who reads the newest goes on reading the newest.
  useLayoutEffect(() => {
    if (atEnd.current && !prepended && !hasNewer) toEnd(list.current, rows.length);
  }, [rows, prepended, hasNewer]);

  const news = useNews(name, hasNewer ? undefined : messages.at(-1), ready && messages.length === 0);
  const newest = messages.at(-1)?.key;
  useReading(() => {
    if (atEnd.current && !hasNewer && unread > 0 && newest !== undefined)
      api.markRead(address, newest).catch((error: unknown) => console.warn(error));
  }, [address, newest, unread, hasNewer, away]);

  function scrolled(offset: number): void {
    const { scrollSize = 0, viewportSize = 0 } = list.current ?? {};
    const rest = scrollSize - offset - viewportSize;
    atEnd.current = rest < 40 && !hasNewer;
    setAway(rest > 400 || hasNewer);
    if (!ready) return;
    if (offset < near && hasOlder && !stuck && loading === undefined) void source.loadOlder();
    if (rest < near && hasNewer && loading === undefined) void source.loadNewer();
  }

  /** Through the messages with the arrows, from the newest on. */
  function pressed(event: KeyboardEvent<HTMLElement>): void {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const target = event.target as HTMLElement;
    if (by === undefined || event.altKey || target.closest('[role="menu"], input, textarea') !== null) return;
    const all = Array.from(event.currentTarget.querySelectorAll<HTMLElement>('article.message'));
    const at = all.findIndex((element) => element.contains(target));
    const next = at < 0 ? all.at(-1) : all[at + by];
    event.preventDefault();
    if (next === undefined) return list.current?.scrollBy(by * 120);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  }

  if (!ready)
    return (
      <div className="messages empty">
        <Spinner label={t('loading')} />
      </div>
    );
  return (
    <div className="messages">
      <div
        role="log"
        // What scrolling brings into the page is not new: what is, is said below.
        aria-live="off"
        aria-label={t('messagesWith', { name })}
        tabIndex={0}
        className="log"
        onKeyDown={pressed}
      >
        {messages.length === 0 && !hasOlder ? (
          <p className="empty">{t('emptyConversation')}</p>
        ) : (
          <VList ref={list} className="scroller" data={rows} shift={prepended} onScroll={scrolled}>
            {(row) => <RowView key={row.key} row={row} actions={actions} marked={row.key === marked} />}
          </VList>
        )}
      </div>
      <p role="status" className="hidden">
        {news}
      </p>
      {away && (
        <button type="button" className="to-end" onClick={() => void source.toEnd()} aria-label={t('toBottom')}>
          <ArrowDown aria-hidden size={20} />
          {unread > 0 && <span className="badge">{unread}</span>}
        </button>
      )}
    </div>
  );
}

function toEnd(list: VListHandle | null, length: number): void {
  list?.scrollToIndex(length - 1, { align: 'end' });
}

/** What somebody has said since the conversation was opened, for who hears it. */
function useNews(name: string, last: Message | undefined, empty: boolean): string {
  const [news, setNews] = useState('');
  const known = useRef<number>(undefined);
  useEffect(() => {
    if (empty) known.current = -Infinity;
    if (last === undefined) return;
    const isNew = known.current !== undefined && last.position > known.current;
    known.current = last.position;
    if (!isNew || last.outgoing) return;
    const [file] = last.attachments;
    const text = last.text.slice(0, 500) || (file === undefined ? '' : t(attachmentKind(file)));
    setNews(t('announceMessage', { name, text }));
  }, [name, last, empty]);
  return news;
}

/** Calls when a person reads: the page is in view and has the focus, now or from a moment on. */
function useReading(work: () => void, needs: readonly unknown[]): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible' && document.hasFocus()) latest.current();
    };
    const timer = setTimeout(look, 100);
    addEventListener('focus', look);
    return () => {
      clearTimeout(timer);
      removeEventListener('focus', look);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, needs);
}

function RowView({
  row,
  actions,
  marked,
}: {
  readonly row: Row;
  readonly actions: MessageActions;
  readonly marked: boolean;
}): ReactNode {
  switch (row.kind) {
    case 'day':
      return (
        <div className="day" role="separator" aria-label={dayName(row.date)}>
          <span>{dayName(row.date)}</span>
        </div>
      );
    case 'unread':
      return (
        <div className="unread-divider" role="separator" aria-label={t('unreadDivider')}>
          <span>{t('unreadDivider')}</span>
        </div>
      );
    case 'beginning':
      return <p className="beginning">{t('beginning')}</p>;
    case 'loading':
      return (
        <p className="beginning">
          <Spinner label={t('loadingOlder')} />
        </p>
      );
    case 'stuck':
      return <p className="beginning">{t('olderOffline')}</p>;
    default:
      return (
        <div className="message-row" data-marked={marked}>
          <MessageRow message={row.message} first={row.first} last={row.last} actions={actions} />
        </div>
      );
  }
}

function toRows(
  messages: readonly Message[],
  {
    firstUnread,
    hasOlder,
    loading,
    stuck,
  }: { firstUnread: string | undefined; hasOlder: boolean; loading: boolean; stuck: boolean },
): Row[] {
  const rows: Row[] = [];
  if (loading) rows.push({ kind: 'loading', key: 'top' });
  else if (stuck) rows.push({ kind: 'stuck', key: 'top' });
  else if (!hasOlder) rows.push({ kind: 'beginning', key: 'top' });
  let previous: Extract<Row, { kind: 'message' }> | undefined;
  for (const message of messages) {
    const { time } = message;
    if (previous === undefined || previous.message.time.toDateString() !== time.toDateString()) {
      if (previous !== undefined) previous.last = true;
      previous = undefined;
      rows.push({ kind: 'day', key: `day ${time.toDateString()} ${message.key}`, date: time });
    }
    if (message.key === firstUnread) rows.push({ kind: 'unread', key: 'unread' });
    const goesOn =
      previous !== undefined &&
      previous.message.outgoing === message.outgoing &&
      time.getTime() - previous.message.time.getTime() < together;
    if (previous !== undefined) previous.last = !goesOn;
    previous = { kind: 'message', key: message.key, message, first: !goesOn, last: true };
    rows.push(previous);
  }
  return rows;
}
