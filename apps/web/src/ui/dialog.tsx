/** Dialogs. What uses them is loaded when it is wanted: the first sight of the page needs none. */
import { Dialog as RadixDialog } from 'radix-ui';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '../i18n/index.ts';
import { IconButton } from './basics.tsx';

/** Where there is something to fill in, that is what a dialog is opened for. */
function focusField(event: Event): void {
  const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>(
    'input:not([hidden]), select, textarea',
  );
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A dialog that keeps the focus, and gives it back. */
export function Dialog({
  title,
  description,
  wide = false,
  onClose,
  children,
}: {
  readonly title: string;
  readonly description?: string | undefined;
  readonly wide?: boolean;
  onClose(): void;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <RadixDialog.Root open onOpenChange={(open) => open || onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="overlay" />
        <RadixDialog.Content
          className="dialog"
          onOpenAutoFocus={focusField}
          data-wide={wide}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header>
            <RadixDialog.Title>{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <IconButton label={t('close')}>
                <X aria-hidden size={20} />
              </IconButton>
            </RadixDialog.Close>
          </header>
          {description && <RadixDialog.Description className="lead">{description}</RadixDialog.Description>}
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** Asks before something that can't be undone. */
export function Confirm({
  title,
  text,
  action,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  onConfirm(): void;
  onClose(): void;
}): ReactNode {
  return (
    <Dialog title={title} description={text} onClose={onClose}>
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          {t('cancel')}
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
