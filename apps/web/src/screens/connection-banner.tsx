import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { t } from '../i18n/index.ts';
import { Spinner } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';

/** How it stands with the connection, where it is not as it should be. */
export function ConnectionBanner(): ReactNode {
  const account = useAccount();
  const address = useAccountState((state) => state.address);
  const connection = useAccountState((state) => state.connection);
  const sync = useAccountState((state) => state.sync);
  const until = connection.status === 'waiting' ? connection.until : undefined;
  const seconds = useSecondsUntil(until);
  const reconnect = (): void => void account.api.reconnect().catch((error: unknown) => console.warn(error));

  if (connection.status === 'online') {
    if (sync.state !== 'syncing') return <div role="status" />;
    return (
      <div role="status" className="banner">
        <Spinner label={t('syncing', { count: sync.messages })} />
      </div>
    );
  }
  if (connection.status === 'connecting')
    return (
      <div role="status" className="banner">
        <Spinner label={t('connecting')} />
      </div>
    );
  const when = seconds > 0 ? t('waitingIn', { seconds }) : t('waitingNow');
  return (
    <div role="status" className="banner warning">
      <p>
        {connection.status === 'waiting' ? (
          <span aria-hidden>{t('waiting', { when })}</span>
        ) : (
          faultText(connection.fault, address)
        )}
        {connection.status === 'waiting' && <span className="hidden">{t('offline')}</span>} {t('outbox')}
      </p>
      <button type="button" className="button small" onClick={reconnect}>
        {t('connectNow')}
      </button>
    </div>
  );
}

function useSecondsUntil(until: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}
