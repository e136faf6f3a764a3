import { useState } from 'react';
import type { ReactNode } from 'react';
import { DropdownMenu, Popover } from 'radix-ui';
import { Ellipsis, Reply, SmilePlus } from 'lucide-react';
import type { Message } from '@xeps/im';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/basics.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { EmojiPicker } from '../ui/emoji-picker.tsx';
import { toggledReactions } from '../ui/reactions.ts';
import type { MessageActions } from './message-row.tsx';

/** What people react with most. */
const usual = ['👍', '❤️', '😂', '😮', '😢', '🎉'];

const report = (error: unknown): void => console.warn(error);

/** What can be done with a message. */
export function MessageToolbar({
  message,
  actions,
}: {
  readonly message: Message;
  readonly actions: MessageActions;
}): ReactNode {
  const { api } = useAccount();
  const { key, text, outgoing, state } = message;
  const [deleting, setDeleting] = useState(false);
  return (
    <div className="message-actions" role="toolbar" aria-label={t('messageActions')}>
      <IconButton label={t('reply')} onClick={() => actions.onReply(message)}>
        <Reply aria-hidden size={17} />
      </IconButton>
      <ReactButton message={message} />
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <IconButton label={t('more')} data-menu>
            <Ellipsis aria-hidden size={17} />
          </IconButton>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" collisionPadding={8}>
            <DropdownMenu.Item onSelect={() => actions.onReply(message)}>{t('reply')}</DropdownMenu.Item>
            {text !== '' && (
              <DropdownMenu.Item onSelect={() => void navigator.clipboard.writeText(text).catch(report)}>
                {t('copyText')}
              </DropdownMenu.Item>
            )}
            {outgoing && state !== 'failed' && text !== '' && (
              <DropdownMenu.Item onSelect={() => actions.onEdit(message)}>{t('edit')}</DropdownMenu.Item>
            )}
            {outgoing && state !== 'failed' && (
              <DropdownMenu.Item className="danger" onSelect={() => setDeleting(true)}>
                {t('delete')}
              </DropdownMenu.Item>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      {deleting && (
        <Confirm
          title={t('delete')}
          text={t('deleteConfirm')}
          action={t('delete')}
          onConfirm={() => void api.retract(key).catch(report)}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}

function ReactButton({ message }: { readonly message: Message }): ReactNode {
  const { api } = useAccount();
  const own = useAccountState((state) => state.address);
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const choose = (emoji: string): void => {
    setOpen(false);
    setAll(false);
    api.react(message.key, toggledReactions(message, own, emoji)).catch(report);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <IconButton label={t('react')}>
          <SmilePlus aria-hidden size={17} />
        </IconButton>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" collisionPadding={8} aria-label={t('addReaction')}>
          {all ? (
            <EmojiPicker onChoose={choose} />
          ) : (
            <div className="usual">
              {usual.map((emoji) => (
                <button key={emoji} type="button" onClick={() => choose(emoji)}>
                  {emoji}
                </button>
              ))}
              <IconButton label={t('moreEmoji')} onClick={() => setAll(true)}>
                <Ellipsis aria-hidden size={18} />
              </IconButton>
            </div>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
