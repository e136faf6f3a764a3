import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Copy, X } from 'lucide-react';
import { useAccount, useAccountState, useName } from '../hooks/account.tsx';
import { chat, hrefOf } from '../hooks/route.ts';
import { t } from '../i18n/index.ts';
import { Avatar, Field, IconButton, presenceText } from '../ui/basics.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { faultText } from '../ui/fault-text.ts';

/** Who that is, and what they are to this account. */
export function ContactDetails({ address }: { readonly address: string }): ReactNode {
  const { api } = useAccount();
  const name = useName(address);
  const contact = useAccountState((state) => state.contacts.find((one) => one.address === address));
  const presence = useAccountState((state) => state.presence[address]);
  const [given, setGiven] = useState(contact?.givenName ?? '');
  const [copied, setCopied] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [fault, setFault] = useState<unknown>();
  useEffect(() => setGiven(contact?.givenName ?? ''), [contact?.givenName]);
  const run = (work: Promise<unknown>): void => void work.then(() => setFault(undefined)).catch(setFault);

  return (
    <aside className="details" aria-label={t('contactDetails')}>
      <header>
        <h2>{t('details')}</h2>
        <a className="icon-button" href={hrefOf(chat(address))} aria-label={t('close')} title={t('close')}>
          <X aria-hidden size={20} />
        </a>
      </header>
      <div className="portrait">
        <Avatar address={address} name={name} size={96} />
        <h3>
          <bdi>{name}</bdi>
        </h3>
        <p className="muted">
          {contact === undefined ? t('notContact') : presence?.status || presenceText(presence?.show)}
        </p>
      </div>
      <p className="address">
        <bdi>{address}</bdi>
        <IconButton
          label={t('copyAddress')}
          onClick={() =>
            void navigator.clipboard
              .writeText(address)
              .then(() => setCopied(true))
              .catch(setFault)
          }
        >
          <Copy aria-hidden size={18} />
        </IconButton>
        <span role="status" className="hint">
          {copied && t('copied')}
        </span>
      </p>
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault, address)}
      </p>
      {contact === undefined ? (
        <button type="button" className="button primary" onClick={() => run(api.addContact(address))}>
          {t('addContact')}
        </button>
      ) : (
        <>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              run(api.renameContact(address, given.trim()));
            }}
          >
            <Field label={t('contactName')} value={given} onChange={(event) => setGiven(event.target.value)} />
            <button type="submit" className="button" disabled={given.trim() === (contact.givenName ?? '')}>
              {t('save')}
            </button>
          </form>
          {contact.asked && <p className="muted">{t('asked')}</p>}
          <button type="button" className="button danger plain" onClick={() => setRemoving(true)}>
            {t('removeContact')}
          </button>
        </>
      )}
      {removing && (
        <Confirm
          title={t('removeContact')}
          text={t('removeContactConfirm', { name })}
          action={t('remove')}
          onConfirm={() => run(api.removeContact(address))}
          onClose={() => setRemoving(false)}
        />
      )}
    </aside>
  );
}
