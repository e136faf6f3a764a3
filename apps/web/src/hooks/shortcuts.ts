import { useEffect } from 'react';
import type { ConversationView } from '../backend/types.ts';
import type { Overlay } from '../screens/shell.tsx';
import type { TextKey } from '../i18n/index.ts';
import { chat, go } from './route.ts';

/** A shortcut, for the list of them. */
export const shortcuts: readonly (readonly [keys: string, text: TextKey])[] = [
  ['Ctrl+K', 'shortcutPalette'],
  ['Ctrl+Shift+F', 'shortcutSearch'],
  ['Ctrl+Alt+N', 'shortcutNewChat'],
  ['Alt+↓', 'shortcutNext'],
  ['Alt+↑', 'shortcutPrevious'],
  ['Alt+Shift+↓', 'shortcutUnread'],
  ['F6', 'shortcutComposer'],
  ['↑ ↓', 'shortcutMessages'],
  ['↑', 'shortcutEditLast'],
  ['R', 'shortcutReply'],
  ['Ctrl+/', 'shortcutShortcuts'],
  ['Esc', 'shortcutClose'],
];

/** What the shortcuts need. */
export interface ShortcutOptions {
  readonly conversations: readonly ConversationView[];
  readonly current: string | undefined;
  open(overlay: Overlay): void;
}

/** Listens for the shortcuts that hold everywhere. */
export function useShortcuts({ conversations, current, open }: ShortcutOptions): void {
  useEffect(() => {
    const step = (by: number, unread: boolean): void => {
      const list = conversations.filter((one) => !unread || one.unread > 0 || one.address === current);
      const at = list.findIndex(({ address }) => address === current);
      const next = list[at < 0 ? 0 : (at + by + list.length) % list.length];
      if (next !== undefined) go(chat(next.address));
    };
    const pressed = (event: KeyboardEvent): void => {
      const { key, altKey, shiftKey } = event;
      const command = event.ctrlKey || event.metaKey;
      const work =
        command && !altKey && key.toLowerCase() === 'k'
          ? () => open('palette')
          : command && shiftKey && key.toLowerCase() === 'f'
            ? () => open('search')
            : command && altKey && key.toLowerCase() === 'n'
              ? () => open('new-chat')
              : command && key === '/'
                ? () => open('shortcuts')
                : altKey && !command && (key === 'ArrowDown' || key === 'ArrowUp')
                  ? () => step(key === 'ArrowDown' ? 1 : -1, shiftKey)
                  : key === 'F6'
                    ? () => document.querySelector<HTMLElement>('.composer textarea')?.focus()
                    : undefined;
      if (work === undefined) return;
      event.preventDefault();
      work();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [conversations, current, open]);
}
