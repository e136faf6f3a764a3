import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import { t } from '../i18n/index.ts';
import { Spinner } from './basics.tsx';

const Picker = lazy(() => import('./emoji-grid.tsx').then((module) => ({ default: module.EmojiGrid })));

/** All emoji, with a search; loaded when it is first wanted. */
export function EmojiPicker({ onChoose }: { onChoose(emoji: string): void }): ReactNode {
  return (
    <Suspense fallback={<Spinner label={t('loading')} />}>
      <Picker onChoose={onChoose} />
    </Suspense>
  );
}
