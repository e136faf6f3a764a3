import { useState } from 'react';
import type { ReactNode } from 'react';
import { useAccount } from '../hooks/account.tsx';
import type { MessageWindow } from '../hooks/message-window.ts';
import { t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Asks for a day, and goes to its first message. */
export function JumpToDate({
  address,
  source,
  onClose,
}: {
  readonly address: string;
  readonly source: MessageWindow;
  onClose(): void;
}): ReactNode {
  const { api } = useAccount();
  const [missing, setMissing] = useState(false);
  const choose = async (text: string): Promise<void> => {
    const [year, month, day] = text.split('-').map(Number);
    if (year === undefined || month === undefined || day === undefined || Number.isNaN(day)) return;
    const found = await api.messageSince(address, new Date(year, month - 1, day));
    if (found === undefined) return setMissing(true);
    await source.show(found.key);
    onClose();
  };
  return (
    <Dialog title={t('jumpToDate')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void choose(String(new FormData(event.currentTarget).get('date')));
        }}
      >
        <div className="field">
          <input
            type="date"
            name="date"
            aria-label={t('jumpToDate')}
            max={new Date().toISOString().slice(0, 10)}
            required
          />
        </div>
        <p role="alert" className="error">
          {missing && t('noMessageSince')}
        </p>
        <div className="actions">
          <button type="submit" className="button primary">
            {t('jumpToDate')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
