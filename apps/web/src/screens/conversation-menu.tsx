import type { ReactNode } from 'react';
import { DropdownMenu } from 'radix-ui';
import { EllipsisVertical } from 'lucide-react';
import { useAccount, useConversation } from '../hooks/account.tsx';
import type { MessageWindow } from '../hooks/message-window.ts';
import { chat, go } from '../hooks/route.ts';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/basics.tsx';

/** What can be done with a conversation. */
export function ConversationMenu({
  address,
  source,
  onDate,
}: {
  readonly address: string;
  readonly source: MessageWindow | undefined;
  onDate(): void;
}): ReactNode {
  const { api } = useAccount();
  const pinned = useConversation(address)?.pinned === true;
  const firstUnread = source?.view.firstUnread;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton label={t('more')}>
          <EllipsisVertical aria-hidden size={20} />
        </IconButton>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" collisionPadding={8} align="end">
          <DropdownMenu.Item onSelect={() => go(chat(address, { details: true }))}>
            {t('contactDetails')}
          </DropdownMenu.Item>
          <DropdownMenu.Item onSelect={() => void api.setPinned(address, !pinned)}>
            {pinned ? t('unpin') : t('pin')}
          </DropdownMenu.Item>
          <DropdownMenu.Item onSelect={onDate}>{t('jumpToDate')}</DropdownMenu.Item>
          {firstUnread !== undefined && (
            <DropdownMenu.Item onSelect={() => void source?.show(firstUnread)}>{t('jumpToUnread')}</DropdownMenu.Item>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
