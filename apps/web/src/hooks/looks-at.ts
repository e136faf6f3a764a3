import { useEffect } from 'react';
import type { LinkedAccount } from '../backend/link.ts';

/** Tells the account whether a person looks at this tab, and at what: so that nobody is notified of what he sees. */
export function usePresenceOfPerson(account: LinkedAccount, conversation: string | undefined): void {
  useEffect(() => {
    const tell = (): void => {
      const visible = document.visibilityState === 'visible' && document.hasFocus();
      account.api.looksAt(account.tab, visible, conversation).catch((error: unknown) => console.warn(error));
    };
    const gone = (): void => void account.api.looksAt(account.tab, false, undefined).catch(() => {});
    tell();
    document.addEventListener('visibilitychange', tell);
    addEventListener('focus', tell);
    addEventListener('blur', tell);
    addEventListener('pagehide', gone);
    return () => {
      document.removeEventListener('visibilitychange', tell);
      removeEventListener('focus', tell);
      removeEventListener('blur', tell);
      removeEventListener('pagehide', gone);
    };
  }, [account, conversation]);
}
