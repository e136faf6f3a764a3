import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Message } from '@xeps/im';
import { useAccount, useName } from '../hooks/account.tsx';
import { shortTime, t } from '../i18n/index.ts';
import { Avatar } from '../ui/basics.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Milliseconds without a key until it is searched. */
const patience = 150;

/** Full-text search, in one conversation or in all. */
export function Search({
  conversation,
  onChoose,
  onClose,
}: {
  readonly conversation: string | undefined;
  onChoose(message: Message): void;
  onClose(): void;
}): ReactNode {
  const { api } = useAccount();
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Message[]>();

  useEffect(() => {
    if (text.trim() === '') return setFound(undefined);
    let closed = false;
    const timer = setTimeout(() => {
      api
        .search(text, { limit: 50, ...(conversation !== undefined && { conversation }) })
        .then((messages) => closed || setFound(messages))
        .catch((error: unknown) => console.warn(error));
    }, patience);
    return () => {
      closed = true;
      clearTimeout(timer);
    };
  }, [api, text, conversation]);

  return (
    <Dialog title={t('searchMessages')} wide onClose={onClose}>
      <div className="field">
        <input
          type="search"
          aria-label={t('searchMessages')}
          aria-describedby="search-hint"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <p id="search-hint" className="hint">
          {t('searchHint')}
        </p>
      </div>
      <p role="status" className="hint">
        {found !== undefined && t('searchResults', { count: found.length })}
      </p>
      <ul className="choices results">
        {found?.map((message) => (
          <li key={message.key}>
            <Result
              message={message}
              onChoose={() => {
                onClose();
                onChoose(message);
              }}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Result({ message, onChoose }: { readonly message: Message; onChoose(): void }): ReactNode {
  const { conversation, text, time, outgoing } = message;
  const name = useName(conversation);
  return (
    <button type="button" className="row" onClick={onChoose}>
      <Avatar address={conversation} name={name} size={36} />
      <span className="row-body">
        <span className="row-top">
          <bdi className="name">{name}</bdi>
          <time dateTime={time.toISOString()}>{shortTime(time)}</time>
        </span>
        <span className="preview wrap" dir="auto">
          {outgoing ? t('youPrefix', { text }) : text}
        </span>
      </span>
    </button>
  );
}
