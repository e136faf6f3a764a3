import type { ReactNode } from 'react';
import { shortcuts } from '../hooks/shortcuts.ts';
import { t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';

/** Which keys do what. */
export function Shortcuts({ onClose }: { onClose(): void }): ReactNode {
  const mac = /Mac|iP/.test(navigator.userAgent);
  return (
    <Dialog title={t('shortcuts')} onClose={onClose}>
      <dl className="shortcuts">
        {shortcuts.map(([keys, text]) => (
          <div key={text}>
            <dt>{t(text)}</dt>
            <dd>
              {(mac ? keys.replace('Ctrl', '⌘').replace('Alt', '⌥') : keys).split('+').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
