import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { tryParseJid } from '@xeps/core/jid';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { chat, go } from '../hooks/route.ts';
import { t } from '../i18n/index.ts';
import { Avatar, Field, Switch } from '../ui/basics.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Contacts that are shown at once. */
const most = 8;

/** Begins a conversation: with an address, or somebody of the contact list. */
export function NewChat({ onClose }: { onClose(): void }): ReactNode {
  const { api } = useAccount();
  const contacts = useAccountState((state) => state.contacts);
  const [text, setText] = useState('');
  const [add, setAdd] = useState(true);
  const [wrong, setWrong] = useState(false);
  const words = text.trim().toLocaleLowerCase();
  const found = contacts.filter(
    ({ name, address }) => name.toLocaleLowerCase().includes(words) || address.includes(words),
  );
  const jid = tryParseJid(
    text
      .trim()
      .replace(/^xmpp:/, '')
      .replace(/\?.*/, ''),
  );
  const isNew = jid?.local !== undefined && !contacts.some(({ address }) => address === String(jid.bare()));

  function start(address: string): void {
    onClose();
    go(chat(address));
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (jid?.local === undefined) {
      if (found.length === 1) start(found[0]!.address);
      else setWrong(true);
      return;
    }
    const address = String(jid.bare());
    if (isNew && add) void api.addContact(address).catch((error: unknown) => console.warn(error));
    start(address);
  }

  return (
    <Dialog title={t('newChat')} description={t('newChatLead')} onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t('address')}
          hint={t('addressHint')}
          error={wrong ? t('faultAddress') : undefined}
          inputMode="email"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setWrong(false);
          }}
        />
        {isNew && <Switch label={t('addContact')} checked={add} onChange={setAdd} />}
        <ul className="choices">
          {found.slice(0, most).map(({ address, name }) => (
            <li key={address}>
              <button type="button" className="row" onClick={() => start(address)}>
                <Avatar address={address} name={name} size={36} />
                <span className="row-body">
                  <bdi className="name">{name}</bdi>
                  <span className="preview">{address}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <div className="actions">
          <button type="submit" className="button primary">
            {t('startChat')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
