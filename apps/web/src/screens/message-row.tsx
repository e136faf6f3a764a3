import { lazy, memo, Suspense, useEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import type { LinkInfo, Message } from '@xeps/im';
import { useAccount, useAccountState, useName } from '../hooks/account.tsx';
import { useSettings } from '../hooks/settings.tsx';
import { dateTime, t, time } from '../i18n/index.ts';
import { DeliveryMark } from '../ui/delivery.tsx';
import { Media } from '../ui/media.tsx';
import { toggledReactions } from '../ui/reactions.ts';
import { Styled } from '../ui/styled.tsx';

/** What the list lets a message do. */
export interface MessageActions {
  onReply(message: Message): void;
  onEdit(message: Message): void;
  onShow(key: string): void;
}

const MessageToolbar = lazy(() =>
  import('./message-toolbar.tsx').then((module) => ({ default: module.MessageToolbar })),
);
const EditHistory = lazy(() => import('./edit-history.tsx').then((module) => ({ default: module.EditHistory })));

/** A message, with what can be done with it. */
export const MessageRow = memo(function MessageRow({
  message,
  first,
  last,
  actions,
}: {
  readonly message: Message;
  /** The first and the last of those that one person wrote in one go. */
  readonly first: boolean;
  readonly last: boolean;
  readonly actions: MessageActions;
}): ReactNode {
  const { api } = useAccount();
  const name = useName(message.author.address);
  const { key, outgoing, text, content, attachments, retracted, edits, state, failure } = message;
  const [history, setHistory] = useState(false);
  /** It is pointed at, or has the focus: then there is what to do with it. */
  const [active, setActive] = useState(false);
  const [menu, setMenu] = useState(false);
  const busy = useRef(false);
  const author = outgoing ? t('you') : name;
  const isMe = text.startsWith('/me ') && retracted === undefined;

  function pressed(event: KeyboardEvent<HTMLElement>): void {
    if (
      retracted !== undefined ||
      event.target !== event.currentTarget ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    if (event.key === 'r' || event.key === 'R') {
      event.preventDefault();
      actions.onReply(message);
    } else if ((event.key === 'e' || event.key === 'E') && outgoing && text !== '' && state !== 'failed') {
      event.preventDefault();
      actions.onEdit(message);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      setMenu(true);
      busy.current = true;
    }
  }

  const report = (error: unknown): void => console.warn(error);
  return (
    <article
      className="message"
      data-key={key}
      data-own={outgoing}
      data-first={first}
      data-last={last}
      tabIndex={-1}
      aria-label={`${author}, ${dateTime(message.time)}`}
      onKeyDown={pressed}
      onPointerEnter={() => setActive(true)}
      onPointerLeave={({ currentTarget }) => setActive(currentTarget.contains(document.activeElement) || busy.current)}
      onFocus={() => setActive(true)}
      onBlur={({ currentTarget, relatedTarget }) =>
        setActive(currentTarget.contains(relatedTarget) || currentTarget.matches(':hover') || busy.current)
      }
    >
      <div className="bubble" data-deleted={retracted !== undefined}>
        {message.replyTo !== undefined && retracted === undefined && (
          <Quoted message={message} onShow={actions.onShow} />
        )}
        {retracted !== undefined ? (
          <p className="deleted">{t('retracted')}</p>
        ) : (
          <>
            {content.encryption !== undefined && (
              <p className="deleted">{t('encrypted', { name: content.encryption })}</p>
            )}
            {attachments.map((attachment) => (
              <MessageMedia key={attachment.url} message={message} attachment={attachment} />
            ))}
            {text !== '' && (
              <Hideable spoiler={content.spoiler}>
                <div className="text" dir="auto" lang={content.lang} data-me={isMe}>
                  {isMe ? (
                    <>
                      <bdi>{outgoing ? t('you') : name}</bdi> {text.slice(4)}
                    </>
                  ) : (
                    <Styled message={message} />
                  )}
                </div>
              </Hideable>
            )}
            {content.links?.map((link) => (
              <LinkCard key={link.url} link={link} />
            ))}
          </>
        )}
        <span className="meta">
          {edits.length > 0 && retracted === undefined && (
            <button type="button" className="link" onClick={() => setHistory(true)}>
              {t('edited')}
            </button>
          )}
          <time dateTime={message.time.toISOString()} title={dateTime(message.time)}>
            {time(message.time)}
          </time>
          {outgoing && <DeliveryMark state={state} />}
        </span>
        {state === 'failed' && (
          <p className="failure">
            {t('failedBecause', { reason: failure?.text ?? failure?.condition ?? '' })}
            <button type="button" className="button small" onClick={() => void api.retry(key).catch(report)}>
              {t('retry')}
            </button>
            <button type="button" className="button small" onClick={() => void api.cancel(key).catch(report)}>
              {t('discard')}
            </button>
          </p>
        )}
        {active && retracted === undefined && (
          <Suspense>
            <MessageToolbar
              message={message}
              actions={actions}
              menu={menu}
              onMenu={setMenu}
              onBusy={(on) => void (busy.current = on)}
            />
          </Suspense>
        )}
      </div>
      <Reactions message={message} />
      {history && (
        <Suspense>
          <EditHistory edits={edits} onClose={() => setHistory(false)} />
        </Suspense>
      )}
    </article>
  );
});

/** What the sender says is behind a link; where it leads stands with it, and nothing has been fetched. */
function LinkCard({ link: { url, host, title, description } }: { readonly link: LinkInfo }): ReactNode {
  return (
    <a className="link-card" href={url} target="_blank" rel="noopener noreferrer nofollow">
      <small dir="ltr">{host}</small>
      {title !== undefined && <strong dir="auto">{title}</strong>}
      {description !== undefined && <span dir="auto">{description}</span>}
    </a>
  );
}

function MessageMedia({
  message,
  attachment,
}: {
  readonly message: Message;
  readonly attachment: Message['attachments'][number];
}): ReactNode {
  const { settings } = useSettings();
  const isContact = useAccountState((state) =>
    state.contacts.some(({ address, subscription }) => address === message.conversation && subscription !== 'none'),
  );
  const allowed = message.outgoing || (settings.media === 'contacts' && isContact);
  return <Media attachment={attachment} allowed={allowed} />;
}

function Hideable({
  spoiler,
  children,
}: {
  readonly spoiler: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  const [shown, setShown] = useState(false);
  if (spoiler === undefined || shown) return children;
  return (
    <p className="spoiler">
      {spoiler === '' ? t('spoiler') : t('spoilerHint', { hint: spoiler })}
      <button type="button" className="button small" onClick={() => setShown(true)}>
        {t('showSpoiler')}
      </button>
    </p>
  );
}

/** The message that this one answers; a click goes there. */
function Quoted({ message, onShow }: { readonly message: Message; onShow(key: string): void }): ReactNode {
  const { api } = useAccount();
  const [answered, setAnswered] = useState<Message>();
  const { conversation, replyTo } = message;
  useEffect(() => {
    let closed = false;
    api
      .find(conversation, replyTo!)
      .then((found) => closed || setAnswered(found))
      .catch((error: unknown) => console.warn(error));
    return () => void (closed = true);
  }, [api, conversation, replyTo]);
  const name = useName(answered?.author.address ?? conversation);
  if (answered === undefined) return <p className="quoted missing">{t('replyTo', { name: t('replyMissing') })}</p>;
  return (
    <button type="button" className="quoted" onClick={() => onShow(answered.key)}>
      <strong>{answered.outgoing ? t('you') : name}</strong>
      <span dir="auto">
        {answered.retracted === undefined ? answered.text.slice(0, 200) || t('file') : t('retracted')}
      </span>
    </button>
  );
}

/** Reactions by emoji, with who they are of; a click adds or takes back one's own. */
function Reactions({ message }: { readonly message: Message }): ReactNode {
  const { api } = useAccount();
  const own = useAccountState((state) => state.address);
  const contacts = useAccountState((state) => state.contacts);
  if (message.reactions.length === 0 || message.retracted !== undefined) return null;
  const people = new Map<string, string[]>();
  for (const { author, emojis } of message.reactions)
    for (const emoji of emojis) people.set(emoji, [...(people.get(emoji) ?? []), author.address]);
  const nameOf = (address: string): string =>
    address === own ? t('you') : (contacts.find((one) => one.address === address)?.name ?? address.replace(/@.*/, ''));
  return (
    <ul className="reactions">
      {Array.from(people, ([emoji, addresses]) => (
        <li key={emoji}>
          <button
            type="button"
            aria-pressed={addresses.includes(own)}
            aria-label={t('reactionBy', { emoji, names: addresses.map(nameOf).join(', ') })}
            title={addresses.map(nameOf).join(', ')}
            onClick={() =>
              void api
                .react(message.key, toggledReactions(message, own, emoji))
                .catch((error: unknown) => console.warn(error))
            }
          >
            {emoji} {addresses.length > 1 && addresses.length}
          </button>
        </li>
      ))}
    </ul>
  );
}
