import type { ReactNode } from 'react';
import type { Edit } from '@xeps/im';
import { dateTime, t } from '../i18n/index.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Styled } from '../ui/styled.tsx';

/** All wordings of a message, the first one first. */
export function EditHistory({ edits, onClose }: { readonly edits: readonly Edit[]; onClose(): void }): ReactNode {
  return (
    <Dialog title={t('editHistory')} onClose={onClose}>
      <ol className="history">
        {edits.map(({ time, content }) => (
          <li key={time}>
            <time>{dateTime(new Date(time))}</time>
            <div className="text" dir="auto">
              <Styled message={{ content, text: content.text }} />
            </div>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
