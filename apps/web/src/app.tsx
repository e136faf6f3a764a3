import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { linkAccount } from './backend/link.ts';
import type { LinkedAccount } from './backend/link.ts';
import { loadProfile } from './backend/profile.ts';
import { AccountContext } from './hooks/account.tsx';
import { t } from './i18n/index.ts';
import { Shell } from './screens/shell.tsx';
import { SignIn } from './screens/sign-in.tsx';
import { Spinner } from './ui/basics.tsx';
import { faultText } from './ui/fault-text.ts';

/** The account that was signed in when the page was loaded: opened once, however often it is drawn. */
let opening: Promise<LinkedAccount> | undefined;

/** The whole of it: who is signed in sees conversations, everybody else where to sign in. */
export function App(): ReactNode {
  const [profile] = useState(loadProfile);
  const [account, setAccount] = useState<LinkedAccount>();
  const [fault, setFault] = useState<unknown>();

  useEffect(() => {
    if (profile === undefined) return;
    opening ??= linkAccount({ profile });
    opening.then(setAccount).catch(setFault);
  }, [profile]);

  // Who signs out in one tab is signed out in all of them.
  useEffect(
    () =>
      account?.on('gone', () => {
        // What was written in this tab and not sent is nobody else's.
        for (const key of Object.keys(sessionStorage)) if (key.startsWith('xeps-web ')) sessionStorage.removeItem(key);
        location.hash = '';
        location.reload();
      }),
    [account],
  );

  if (account !== undefined)
    return (
      <AccountContext value={account}>
        <Shell />
      </AccountContext>
    );
  if (profile === undefined) return <SignIn onSignedIn={setAccount} />;
  return (
    <main className="splash">
      {fault === undefined ? <Spinner label={t('loading')} /> : <p role="alert">{faultText(fault)}</p>}
    </main>
  );
}
