import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { DragEvent, KeyboardEvent, ReactNode } from 'react';
import { ArrowLeft, Info, Search as SearchIcon } from 'lucide-react';
import type { Message } from '@xeps/im';
import { useAccount, useAccountState, useConversation, useName } from '../hooks/account.tsx';
import { openWindow } from '../hooks/message-window.ts';
import type { MessageWindow } from '../hooks/message-window.ts';
import { chat, go, hrefOf } from '../hooks/route.ts';
import { useUploads } from '../hooks/uploads.ts';
import { t } from '../i18n/index.ts';
import { Avatar, IconButton, presenceText, Spinner } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';
import { Composer } from './composer.tsx';
import type { About, ComposerHandle } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import type { MessageActions } from './message-row.tsx';

const ConversationMenu = lazy(() =>
  import('./conversation-menu.tsx').then((module) => ({ default: module.ConversationMenu })),
);
const ContactDetails = lazy(() =>
  import('./contact-details.tsx').then((module) => ({ default: module.ContactDetails })),
);
const JumpToDate = lazy(() => import('./jump-to-date.tsx').then((module) => ({ default: module.JumpToDate })));
const Search = lazy(() => import('./search.tsx').then((module) => ({ default: module.Search })));

/** A conversation: who with, what was said, and where one answers. */
export function ConversationScreen({
  address,
  details,
  message,
}: {
  readonly address: string;
  readonly details: boolean;
  /** The key of a message to show. */
  readonly message: string | undefined;
}): ReactNode {
  const account = useAccount();
  const name = useName(address);
  const conversation = useConversation(address);
  const [source, setSource] = useState<MessageWindow>();
  const [about, setAbout] = useState<About>();
  const [dragging, setDragging] = useState(false);
  const [dialog, setDialog] = useState<'date' | 'search'>();
  const composer = useRef<ComposerHandle>(null);
  const uploads = useUploads(address);

  useEffect(() => {
    const opened = openWindow(account, address);
    setSource(opened);
    return () => opened.close();
  }, [account, address]);
  useEffect(() => {
    if (message !== undefined) void source?.show(message);
  }, [source, message]);
  // On a phone the keyboard would hide what one came to read.
  useEffect(() => {
    if (conversation !== undefined && matchMedia('(min-width: 45rem)').matches) composer.current?.focus();
  }, [conversation === undefined]);

  const actions = useMemo<MessageActions>(
    () => ({
      onReply: (answered) => setAbout({ kind: 'reply', message: answered }),
      onEdit: (edited) => setAbout({ kind: 'edit', message: edited }),
      onShow: (key) => void source?.show(key),
    }),
    [source],
  );

  function editLast(): void {
    const own = source?.view.messages.findLast(
      ({ outgoing, retracted, text, state }) =>
        outgoing && retracted === undefined && text !== '' && state !== 'failed',
    );
    if (own !== undefined) setAbout({ kind: 'edit', message: own });
  }

  function pressed(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    if (about !== undefined) setAbout(undefined);
    else if ((event.target as HTMLElement).closest('.message') !== null) composer.current?.focus();
    else go({ view: 'home' });
  }

  const drag = {
    onDragEnter: (event: DragEvent) => setDragging(event.dataTransfer.types.includes('Files')),
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDragLeave: (event: DragEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setDragging(false);
      uploads.add(Array.from(event.dataTransfer.files));
    },
  };

  return (
    <div className="conversation-with-details">
      <section className="conversation" aria-label={t('conversationWith', { name })} onKeyDown={pressed} {...drag}>
        <Header
          address={address}
          name={name}
          details={details}
          onDate={() => setDialog('date')}
          onSearch={() => setDialog('search')}
          source={source}
        />
        <StrangerBanner address={address} name={name} />
        {source === undefined || conversation === undefined ? (
          <div className="messages empty">
            <Spinner label={t('loading')} />
          </div>
        ) : (
          <>
            <MessageList address={address} name={name} source={source} actions={actions} unread={conversation.unread} />
            <Composer
              ref={composer}
              address={address}
              name={name}
              draft={conversation.draft ?? ''}
              about={about}
              uploads={uploads}
              onAbout={setAbout}
              onEditLast={editLast}
            />
          </>
        )}
        {dragging && (
          <div className="drop" aria-hidden>
            {t('dropFiles', { name })}
          </div>
        )}
      </section>
      <Suspense>
        {details && <ContactDetails address={address} />}
        {dialog === 'date' && source && (
          <JumpToDate address={address} source={source} onClose={() => setDialog(undefined)} />
        )}
        {dialog === 'search' && (
          <Search
            conversation={address}
            onClose={() => setDialog(undefined)}
            onChoose={({ key }: Message) => void source?.show(key)}
          />
        )}
      </Suspense>
    </div>
  );
}

function Header({
  address,
  name,
  details,
  source,
  onDate,
  onSearch,
}: {
  readonly address: string;
  readonly name: string;
  readonly details: boolean;
  readonly source: MessageWindow | undefined;
  onDate(): void;
  onSearch(): void;
}): ReactNode {
  const presence = useAccountState((state) => state.presence[address]);
  const writes = useAccountState((state) => state.typing[address] === true);
  const isContact = useAccountState((state) => state.contacts.some((one) => one.address === address));
  return (
    <header className="conversation-header">
      <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={t('back')} title={t('back')}>
        <ArrowLeft aria-hidden size={20} />
      </a>
      <a className="peer" href={hrefOf(chat(address, { details: !details }))} title={t('openDetails', { name })}>
        <Avatar address={address} name={name} size={36} show={presence?.show} />
        <span>
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <span className="presence">
            {writes ? t('typing', { name }) : isContact ? presence?.status || presenceText(presence?.show) : address}
          </span>
        </span>
      </a>
      <span role="status" className="hidden">
        {writes ? t('typing', { name }) : ''}
      </span>
      <IconButton label={t('search')} onClick={onSearch}>
        <SearchIcon aria-hidden size={20} />
      </IconButton>
      <a
        className="icon-button wide-only"
        href={hrefOf(chat(address, { details: !details }))}
        aria-label={t('details')}
        title={t('details')}
      >
        <Info aria-hidden size={20} />
      </a>
      <Suspense fallback={<span className="icon-button" />}>
        <ConversationMenu address={address} source={source} onDate={onDate} />
      </Suspense>
    </header>
  );
}

/** Somebody who is not in the contact list can be put there. */
function StrangerBanner({ address, name }: { readonly address: string; readonly name: string }): ReactNode {
  const { api } = useAccount();
  const own = useAccountState((state) => state.address);
  const [fault, setFault] = useState<unknown>();
  const known = useAccountState(
    (state) => !state.contactsLoaded || state.contacts.some((contact) => contact.address === address),
  );
  if (known || address === own) return null;
  return (
    <div className="banner">
      <p>{t('strangerBanner', { name })}</p>
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault, address)}
      </p>
      <button type="button" className="button small" onClick={() => void api.addContact(address).catch(setFault)}>
        {t('addContact')}
      </button>
    </div>
  );
}
