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
  menu,
  onMenu,
  onBusy,
}: {
  readonly message: Message;
  /** Its menu is open. */
  readonly menu: boolean;
  onMenu(open: boolean): void;
  readonly actions: MessageActions;
  /** Something of it is open, somewhere else in the page: it must not go now. */
  onBusy(busy: boolean): void;
}): ReactNode {
  const { api } = useAccount();
  const { key, text, outgoing, state } = message;
  const [deleting, setDeleting] = useState(false);
  function askToDelete(): void {
    setDeleting(true);
    onBusy(true);
  }
  return (
    <div className="message-actions" role="toolbar" aria-label={t('messageActions')}>
      <IconButton label={t('reply')} onClick={() => actions.onReply(message)}>
        <Reply aria-hidden size={17} />
      </IconButton>
      <ReactButton message={message} onBusy={onBusy} />
      <DropdownMenu.Root
        modal={false}
        open={menu}
        onOpenChange={(open) => {
          onMenu(open);
          onBusy(open);
        }}
      >
        <DropdownMenu.Trigger asChild>
          <IconButton label={t('more')}>
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
              <DropdownMenu.Item className="danger" onSelect={() => setTimeout(askToDelete)}>
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
          onClose={() => {
            setDeleting(false);
            onBusy(false);
          }}
        />
      )}
    </div>
  );
}

function ReactButton({ message, onBusy }: { readonly message: Message; onBusy(busy: boolean): void }): ReactNode {
  const { api } = useAccount();
  const own = useAccountState((state) => state.address);
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const change = (shown: boolean): void => {
    setOpen(shown);
    setAll(false);
    onBusy(shown);
  };
  const choose = (emoji: string): void => {
    change(false);
    api.react(message.key, toggledReactions(message, own, emoji)).catch(report);
  };
  return (
    <Popover.Root open={open} onOpenChange={change}>
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
