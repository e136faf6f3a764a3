import { memo, useMemo, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Pin, PenLine, Search, Settings, SquarePen } from 'lucide-react';
import { VList } from 'virtua';
import type { Message } from '@xeps/im';
import type { Contact, ConversationView } from '../backend/types.ts';
import { useAccountState } from '../hooks/account.tsx';
import { chat, hrefOf } from '../hooks/route.ts';
import { shortTime, t } from '../i18n/index.ts';
import { Avatar, IconButton, presenceText, Spinner } from '../ui/basics.tsx';
import { attachmentKind } from '../ui/attachment.ts';
import { DeliveryMark } from '../ui/delivery.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Requests } from './requests.tsx';
import type { Overlay } from './shell.tsx';

/** Conversations and contacts, and the way to everything else. */
export function Sidebar({
  conversations,
  current,
  open,
}: {
  readonly conversations: readonly ConversationView[] | undefined;
  readonly current: string | undefined;
  open(overlay: Overlay): void;
}): ReactNode {
  const address = useAccountState((state) => state.address);
  const nickname = useAccountState((state) => state.nickname);
  const requests = useAccountState((state) => state.requests);
  const contacts = useAccountState((state) => state.contacts);
  const [tab, setTab] = useState<'chats' | 'contacts'>('chats');
  const [filter, setFilter] = useState('');

  const words = filter.trim().toLocaleLowerCase();
  const chats = useMemo(() => conversations?.filter((one) => matches(one, words)), [conversations, words]);
  const people = useMemo(
    () => contacts.filter((one) => matches(one, words)).toSorted((a, b) => a.name.localeCompare(b.name)),
    [contacts, words],
  );

  return (
    <aside className="sidebar">
      <header>
        <Avatar address={address} name={nickname || address} size={32} />
        <div className="who">
          <strong>{nickname || address.replace(/@.*/, '')}</strong>
          <span>{address}</span>
        </div>
        <IconButton label={t('searchMessages')} onClick={() => open('search')}>
          <Search aria-hidden size={20} />
        </IconButton>
        <IconButton label={t('newChat')} onClick={() => open('new-chat')}>
          <SquarePen aria-hidden size={20} />
        </IconButton>
        <a
          className="icon-button"
          href={hrefOf({ view: 'settings', section: '' })}
          aria-label={t('settings')}
          title={t('settings')}
        >
          <Settings aria-hidden size={20} />
        </a>
      </header>
      <ConnectionBanner />
      <div className="filter">
        <input
          type="search"
          aria-label={t('filterChats')}
          placeholder={t('filterChats')}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      </div>
      <div className="tabs" role="tablist" onKeyDown={moveTab}>
        {(['chats', 'contacts'] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="sidebar-list"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => setTab(name)}
          >
            {t(name)}
            {name === 'contacts' && requests.length > 0 && <span className="badge">{requests.length}</span>}
          </button>
        ))}
      </div>
      <nav id="sidebar-list" role="tabpanel" aria-labelledby={`tab-${tab}`} onKeyDown={moveInList}>
        {tab === 'contacts' ? (
          <>
            <Requests />
            {people.length === 0 ? (
              <p className="none">{t('noContacts')}</p>
            ) : (
              <VList className="list" data={people}>
                {(contact) => (
                  <ContactRow key={contact.address} contact={contact} current={contact.address === current} />
                )}
              </VList>
            )}
          </>
        ) : chats === undefined ? (
          <Spinner label={t('loading')} />
        ) : chats.length === 0 ? (
          <div className="none">
            <strong>{t('noChats')}</strong>
            <p>{t('noChatsLead')}</p>
            <button type="button" className="button" onClick={() => open('new-chat')}>
              {t('newChat')}
            </button>
          </div>
        ) : (
          <VList className="list" data={chats}>
            {(one) => <ChatRow key={one.address} conversation={one} current={one.address === current} />}
          </VList>
        )}
      </nav>
    </aside>
  );
}

function matches({ name, address }: { readonly name: string; readonly address: string }, words: string): boolean {
  return words === '' || name.toLocaleLowerCase().includes(words) || address.includes(words);
}

/** Arrows go from one to the next, as in any list. */
function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined || event.altKey) return;
  const rows = Array.from(event.currentTarget.querySelectorAll<HTMLElement>('a.row'));
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at + by];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function moveTab(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  const other = event.currentTarget.querySelector<HTMLElement>('[aria-selected="false"]');
  other?.click();
  other?.focus();
}

const ChatRow = memo(function ChatRow({
  conversation,
  current,
}: {
  readonly conversation: ConversationView;
  readonly current: boolean;
}): ReactNode {
  const { address, name, unread, last, draft, pinned } = conversation;
  const show = useAccountState((state) => state.presence[address]?.show);
  const writes = useAccountState((state) => state.typing[address] === true);
  return (
    <a
      className="row"
      href={hrefOf(chat(address))}
      aria-current={current ? 'page' : undefined}
      data-unread={unread > 0}
    >
      <Avatar address={address} name={name} size={44} show={show} />
      <span className="row-body">
        <span className="row-top">
          <bdi className="name">{name}</bdi>
          {pinned && <Pin size={14} aria-label={t('pinned')} />}
          {last && <time dateTime={last.time.toISOString()}>{shortTime(last.time)}</time>}
        </span>
        <span className="row-bottom">
          {writes ? (
            <em className="preview typing">{t('typing', { name })}</em>
          ) : draft !== undefined && !current ? (
            <span className="preview">
              <PenLine size={13} aria-hidden /> <em>{t('draft')}</em> <bdi>{draft}</bdi>
            </span>
          ) : (
            <span className="preview">
              {last?.outgoing && <DeliveryMark state={last.state} />}
              <bdi>{preview(last)}</bdi>
            </span>
          )}
          {unread > 0 && (
            <span className="badge" aria-label={t('unreadCount', { count: unread })}>
              {unread > 999 ? '999+' : unread}
            </span>
          )}
        </span>
      </span>
    </a>
  );
});

/** What a message says, on one line. */
function preview(message: Message | undefined): string {
  if (message === undefined) return '';
  if (message.retracted !== undefined) return t('retracted');
  if (message.content.spoiler !== undefined) return t('spoiler');
  const [file] = message.attachments;
  const text = message.text || (file === undefined ? '' : t(attachmentKind(file)));
  const shown = text.replace(/\s+/g, ' ').slice(0, 200);
  return message.outgoing ? t('youPrefix', { text: shown }) : shown;
}

const ContactRow = memo(function ContactRow({
  contact,
  current,
}: {
  readonly contact: Contact;
  readonly current: boolean;
}): ReactNode {
  const { address, name, asked } = contact;
  const presence = useAccountState((state) => state.presence[address]);
  return (
    <a className="row" href={hrefOf(chat(address))} aria-current={current ? 'page' : undefined}>
      <Avatar address={address} name={name} size={44} show={presence?.show} />
      <span className="row-body">
        <span className="row-top">
          <bdi className="name">{name}</bdi>
        </span>
        <span className="row-bottom">
          <span className="preview">
            {asked ? t('asked') : presence?.status ? <bdi>{presence.status}</bdi> : presenceText(presence?.show)}
          </span>
        </span>
      </span>
    </a>
  );
});
