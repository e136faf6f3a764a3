import { useState } from 'react';
import type { ReactNode } from 'react';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { chat, go } from '../hooks/route.ts';
import { t } from '../i18n/index.ts';
import { Avatar } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';

/** Those who want to see when this account is online. */
export function Requests(): ReactNode {
  const { api } = useAccount();
  const requests = useAccountState((state) => state.requests);
  const [fault, setFault] = useState<unknown>();
  if (requests.length === 0) return null;
  return (
    <section className="requests" aria-label={t('requests')}>
      <h2>{t('requests')}</h2>
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault)}
      </p>
      {requests.map(({ address, text }) => (
        <div key={address} className="request">
          <Avatar address={address} name={address} size={36} />
          <div>
            <p>{t('requestText', { name: address })}</p>
            {text && <blockquote dir="auto">{text}</blockquote>}
            <div className="actions start">
              <button
                type="button"
                className="button small primary"
                onClick={() =>
                  void api
                    .approve(address)
                    .then(() => go(chat(address)))
                    .catch(setFault)
                }
              >
                {t('accept')}
              </button>
              <button type="button" className="button small" onClick={() => void api.deny(address).catch(setFault)}>
                {t('decline')}
              </button>
            </div>
          </div>
        </div>
      ))}
    </section>
  );
}
