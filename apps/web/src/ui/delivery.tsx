import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DeliveryState } from '@xeps/im';
import { t } from '../i18n/index.ts';
import type { TextKey } from '../i18n/index.ts';

const marks: Readonly<Record<Exclude<DeliveryState, 'received'>, readonly [typeof Check, TextKey]>> = {
  pending: [Clock, 'statePending'],
  sent: [Check, 'stateSent'],
  delivered: [CheckCheck, 'stateDelivered'],
  read: [CheckCheck, 'stateRead'],
  failed: [CircleAlert, 'stateFailed'],
};

/** How far a message has come: the five states of the guidelines. */
export function DeliveryMark({ state }: { readonly state: DeliveryState }): ReactNode {
  if (state === 'received') return null;
  const [Mark, text] = marks[state];
  return (
    <span className="delivery" data-state={state} role="img" aria-label={t(text)} title={t(text)}>
      <Mark aria-hidden size={15} />
    </span>
  );
}
