/** What screens are made of. */
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { useId, useMemo } from 'react';
import { colorOf } from '@xeps/xep-0392';
import { parseJid } from '@xeps/core/jid';
import type { Availability } from '../backend/types.ts';
import { t } from '../i18n/index.ts';

/** The first letter of a name, on the colour of its address (XEP-0392): the same in every client. */
export function Avatar({
  address,
  name,
  size = 40,
  show,
}: {
  readonly address: string;
  readonly name: string;
  readonly size?: number;
  readonly show?: Availability['show'] | undefined;
}): ReactNode {
  const color = useMemo(() => avatarColor(address), [address]);
  const [first] = new Intl.Segmenter().segment(name.trim() || address);
  const letter = first?.segment ?? '?';
  return (
    <span
      className="avatar"
      style={{ background: color, inlineSize: size, blockSize: size, fontSize: size * 0.42 }}
      aria-hidden
    >
      {letter.toLocaleUpperCase()}
      {show !== undefined && <span className="dot" data-show={show} />}
    </span>
  );
}

/** Dark enough for a white letter. */
function avatarColor(address: string): string {
  try {
    return colorOf(parseJid(address, { lenient: true }).bare(), { background: '#ffffff', contrast: 4.6 });
  } catch {
    return '#5b6470';
  }
}

/** A button that shows a picture; its name is for who can't see it, and for who waits over it. */
export function IconButton({
  label,
  children,
  className = '',
  ...rest
}: { readonly label: string } & ComponentProps<'button'>): ReactNode {
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      {children}
    </button>
  );
}

/** Something is going on. */
export function Spinner({ label }: { readonly label?: string }): ReactNode {
  return (
    <span className="spinner" role={label === undefined ? undefined : 'status'}>
      <LoaderCircle aria-hidden size={18} />
      {label}
    </span>
  );
}

/** A field with its name, a hint, and what is wrong with it. */
export function Field({
  label,
  hint,
  error,
  ...rest
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
} & ComponentProps<'input'>): ReactNode {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-describedby={described || undefined} aria-invalid={error ? true : undefined} {...rest} />
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="error">
          {error}
        </p>
      )}
    </div>
  );
}

/** A choice between yes and no. */
export function Switch({
  label,
  hint,
  checked,
  disabled,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly checked: boolean;
  readonly disabled?: boolean;
  onChange(checked: boolean): void;
}): ReactNode {
  const id = useId();
  return (
    <div className="switch-row">
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className="hint">
            {hint}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}

/** Whether somebody is there, in words. */
export function presenceText(show: Availability['show'] | undefined): string {
  switch (show) {
    case 'available':
      return t('presenceAvailable');
    case 'chat':
      return t('presenceChat');
    case 'away':
      return t('presenceAway');
    case 'xa':
      return t('presenceXa');
    case 'dnd':
      return t('presenceDnd');
    default:
      return t('presenceOffline');
  }
}
