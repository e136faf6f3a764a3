import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { t } from '../i18n/index.ts';
import { Field, Spinner } from '../ui/basics.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { faultText } from '../ui/fault-text.ts';

/** What this browser has stored signs in no more: the password is needed. What is here can be read meanwhile. */
export function SignInAgain(): ReactNode {
  const { api } = useAccount();
  const address = useAccountState((state) => state.address);
  const [dismissed, setDismissed] = useState(false);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<unknown>();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await api.reconnect(password);
    } catch (error) {
      setTried(error);
      setBusy(false);
    }
  }

  if (dismissed)
    return (
      <button type="button" className="button primary floating" onClick={() => setDismissed(false)}>
        {t('signInAgain')}
      </button>
    );
  return (
    <Dialog title={t('signInAgain')} description={t('faultExpired')} onClose={() => setDismissed(true)}>
      <form onSubmit={(event) => void submit(event)}>
        <input type="text" name="username" autoComplete="username" value={address} readOnly hidden />
        <Field
          label={t('password')}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <p role="alert" className="error">
          {tried === undefined ? '' : faultText(tried, address)}
        </p>
        <div className="actions">
          <button type="submit" className="button primary" disabled={busy}>
            {busy ? <Spinner label={t('signingIn')} /> : t('signIn')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
