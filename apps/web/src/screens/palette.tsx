import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { Dialog as RadixDialog } from 'radix-ui';
import { Command } from 'lucide-react';
import type { ConversationView } from '../backend/types.ts';
import { useAccountState } from '../hooks/account.tsx';
import { chat, go } from '../hooks/route.ts';
import { useSettings } from '../hooks/settings.tsx';
import { t } from '../i18n/index.ts';
import { Avatar } from '../ui/basics.tsx';
import type { Overlay } from './shell.tsx';

/** Something to find, or to do. */
interface Entry {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Of a person. */
  readonly address?: string;
  run(): void;
}

/** Entries that are shown at once. */
const most = 12;

/** Finds people, conversations and commands by what one types. */
export function Palette({
  conversations,
  open,
  onClose,
}: {
  readonly conversations: readonly ConversationView[];
  open(overlay: Overlay): void;
  onClose(): void;
}): ReactNode {
  const id = useId();
  const contacts = useAccountState((state) => state.contacts);
  const { settings, change } = useSettings();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);

  const all = useMemo<readonly Entry[]>(() => {
    const person = ({ address, name }: { readonly address: string; readonly name: string }): Entry => ({
      id: address,
      label: name,
      hint: address,
      address,
      run: () => go(chat(address)),
    });
    const command = (name: string, label: string, run: () => void): Entry => ({ id: name, label, hint: '', run });
    const talked = new Set(conversations.map(({ address }) => address));
    return [
      ...conversations.map(person),
      ...contacts.filter(({ address }) => !talked.has(address)).map(person),
      command('new-chat', t('newChat'), () => open('new-chat')),
      command('search', t('searchMessages'), () => open('search')),
      command('settings', t('settings'), () => go({ view: 'settings', section: '' })),
      command('devices', t('settingsDevices'), () => go({ view: 'settings', section: 'devices' })),
      command('shortcuts', t('shortcuts'), () => open('shortcuts')),
      command('dark', `${t('theme')}: ${settings.theme === 'dark' ? t('themeLight') : t('themeDark')}`, () =>
        change({ theme: settings.theme === 'dark' ? 'light' : 'dark' }),
      ),
    ];
  }, [conversations, contacts, open, settings.theme, change]);
  const words = text.trim().toLocaleLowerCase();
  const found = all
    .filter(({ label, hint }) => label.toLocaleLowerCase().includes(words) || hint.includes(words))
    .slice(0, most);

  function choose(entry: Entry | undefined): void {
    if (entry === undefined) return;
    onClose();
    entry.run();
  }
  function pressed(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && found.length > 0) setAt((at + by + found.length) % found.length);
    else if (event.key === 'Enter') choose(found[at]);
    else return;
    event.preventDefault();
  }

  return (
    <RadixDialog.Root open onOpenChange={(shown) => shown || onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="overlay" />
        <RadixDialog.Content className="dialog palette" aria-describedby={undefined}>
          <RadixDialog.Title className="hidden">{t('palette')}</RadixDialog.Title>
          <input
            role="combobox"
            aria-label={t('paletteHint')}
            aria-expanded
            aria-controls={`${id}-list`}
            aria-activedescendant={found[at] && `${id}-${at}`}
            placeholder={t('paletteHint')}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={pressed}
          />
          <ul id={`${id}-list`} role="listbox" aria-label={t('palette')}>
            {found.map((entry, index) => (
              <li
                key={entry.id}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === at}
                onMouseMove={() => setAt(index)}
                onClick={() => choose(entry)}
              >
                {entry.address === undefined ? (
                  <span className="command-icon">
                    <Command aria-hidden size={16} />
                  </span>
                ) : (
                  <Avatar address={entry.address} name={entry.label} size={28} />
                )}
                <bdi>{entry.label}</bdi>
                <small>{entry.hint}</small>
              </li>
            ))}
          </ul>
          <p role="status" className={found.length === 0 ? 'none' : 'hidden'}>
            {found.length === 0 ? t('paletteNone') : t('paletteResults', { count: found.length })}
          </p>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
