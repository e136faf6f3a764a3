import { EmojiPicker } from 'frimousse';
import type { EmojiPickerListEmojiProps, EmojiPickerListRowProps } from 'frimousse';
import type { ReactNode } from 'react';
import { t } from '../i18n/index.ts';
import { Spinner } from './basics.tsx';

/** The emoji themselves come from this page's own server, in its language. */
export function EmojiGrid({ onChoose }: { onChoose(emoji: string): void }): ReactNode {
  const language = document.documentElement.lang === 'de' ? 'de' : 'en';
  return (
    <EmojiPicker.Root
      className="emoji-picker"
      columns={8}
      locale={language}
      emojibaseUrl={new URL(`${import.meta.env.BASE_URL}emoji`, location.href).href}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <EmojiPicker.Search aria-label={t('emojiSearch')} placeholder={t('emojiSearch')} autoFocus />
      <EmojiPicker.Viewport className="emoji-viewport">
        <EmojiPicker.Loading>
          <Spinner label={t('loading')} />
        </EmojiPicker.Loading>
        <EmojiPicker.Empty>{t('emojiNone')}</EmojiPicker.Empty>
        <EmojiPicker.List components={{ Row, Emoji }} />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  );
}

// Rows and columns are counted from 1 (WAI-ARIA), which the library does from 0.

function Row({ children, ...props }: EmojiPickerListRowProps): ReactNode {
  return (
    <div {...props} aria-rowindex={Number(props['aria-rowindex'] ?? 0) + 1}>
      {children}
    </div>
  );
}

function Emoji({ emoji, ...props }: EmojiPickerListEmojiProps): ReactNode {
  return (
    <button type="button" {...props} aria-colindex={Number(props['aria-colindex'] ?? 0) + 1}>
      {emoji.emoji}
    </button>
  );
}
