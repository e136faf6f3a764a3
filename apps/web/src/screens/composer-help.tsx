import { useState } from 'react';
import type { ReactNode } from 'react';
import { Popover } from 'radix-ui';
import { CircleHelp, Smile } from 'lucide-react';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/basics.tsx';
import { EmojiPicker } from '../ui/emoji-picker.tsx';

/** What helps to write: how text is formatted, and emoji. */
export function ComposerHelp({ onEmoji }: { onEmoji(emoji: string): void }): ReactNode {
  const [emoji, setEmoji] = useState(false);
  const choose = (one: string): void => {
    setEmoji(false);
    onEmoji(one);
  };
  return (
    <>
      <Popover.Root>
        <Popover.Trigger asChild>
          <IconButton className="wide-only" label={t('formatting')}>
            <CircleHelp aria-hidden size={20} />
          </IconButton>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover help" collisionPadding={8}>
            {t('formattingHelp')}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <Popover.Root open={emoji} onOpenChange={setEmoji}>
        <Popover.Trigger asChild>
          <IconButton label={t('emoji')}>
            <Smile aria-hidden size={20} />
          </IconButton>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover" collisionPadding={8} aria-label={t('emoji')}>
            <EmojiPicker onChoose={choose} />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </>
  );
}
