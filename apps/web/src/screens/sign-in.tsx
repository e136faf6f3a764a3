import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { tryParseJid } from '@xeps/core/jid';
import { linkAccount } from '../backend/link.ts';
import type { LinkedAccount } from '../backend/link.ts';
import { toFault } from '../backend/fault.ts';
import { saveProfile } from '../backend/profile.ts';
import type { Profile } from '../backend/profile.ts';
import { t } from '../i18n/index.ts';
import { Field, IconButton, Spinner } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';

/**
 * A server that the page's address names: of this machine alone. A link that leads here must not decide who gets the
 * password.
 */
function localService(text: string | null): string {
  if (text === null || !URL.canParse(text)) return '';
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(text).hostname) ? text : '';
}

/** Where one signs in, or makes an account. What the page's address says (`?address=`) is filled in. */
export function SignIn({ onSignedIn }: { onSignedIn(account: LinkedAccount): void }): ReactNode {
  const given = new URLSearchParams(location.search);
  const [address, setAddress] = useState(given.get('address') ?? '');
  const [password, setPassword] = useState('');
  const [service, setService] = useState(() => localService(given.get('service')));
  const [visible, setVisible] = useState(false);
  const [registering, setRegistering] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ readonly field: 'address' | 'form'; readonly text: string }>();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const jid = tryParseJid(address.trim());
    if (jid?.local === undefined) return setError({ field: 'address', text: t('faultAddress') });
    const profile: Profile = { address: String(jid.bare()), ...(service !== '' && { service }) };
    setBusy(true);
    setError(undefined);
    try {
      const account = await linkAccount({ profile, password, register: registering, first: true });
      saveProfile(profile);
      onSignedIn(account);
    } catch (fault) {
      console.warn(fault);
      const { name, message } = toFault(registering && fault instanceof Error && fault.cause ? fault.cause : fault);
      const made = name === 'StanzaError' || name === 'RegistrationError' || name === 'NegotiationError';
      setError({
        field: 'form',
        text: registering && made ? t('faultRegistration', { message }) : faultText(fault, profile.address),
      });
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)} aria-labelledby="sign-in-title">
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="64" height="64" />
        <h1 id="sign-in-title">{registering ? t('createAccount') : t('signInTitle')}</h1>
        <p className="lead">{registering ? t('createAccountLead') : t('signInLead')}</p>
        <Field
          label={t('address')}
          hint={t('addressHint')}
          error={error?.field === 'address' ? error.text : undefined}
          type="text"
          inputMode="email"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
        <div className="with-button">
          <Field
            label={t('password')}
            type={visible ? 'text' : 'password'}
            name="password"
            autoComplete={registering ? 'new-password' : 'current-password'}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <IconButton label={t('showPassword')} aria-pressed={visible} onClick={() => setVisible(!visible)}>
            {visible ? <EyeOff aria-hidden size={20} /> : <Eye aria-hidden size={20} />}
          </IconButton>
        </div>
        <details className="advanced" open={service !== ''}>
          <summary>{t('advanced')}</summary>
          <Field
            label={t('service')}
            hint={t('serviceHint')}
            type="url"
            value={service}
            onChange={(event) => setService(event.target.value.trim())}
          />
        </details>
        <p role="alert" className="error">
          {error?.field === 'form' ? error.text : ''}
        </p>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? (
            <Spinner label={registering ? t('creating') : t('signingIn')} />
          ) : registering ? (
            t('createAccount')
          ) : (
            t('signIn')
          )}
        </button>
        <button type="button" className="button plain" disabled={busy} onClick={() => setRegistering(!registering)}>
          {registering ? t('haveAccount') : t('createAccount')}
        </button>
        <p className="hint">{t('privateDevice')}</p>
      </form>
    </main>
  );
}
