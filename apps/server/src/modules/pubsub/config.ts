import { StanzaError } from '@xeps/core';
import type { DataForm } from '@xeps/xep-0004';
import { formValues } from '@xeps/xep-0004';
import { nodeConfigFields, nodeConfigForm } from '@xeps/xep-0060';
import type { NodeConfig } from '@xeps/xep-0060';
import { pubsubError } from './access.ts';
import type { FullConfig } from './nodes.ts';

/** What a node is like at the service, where nothing else is said. */
export const serviceDefaults: FullConfig = {
  accessModel: 'open',
  deliverPayloads: true,
  maxItems: 20,
  notifyConfig: false,
  notifyDelete: true,
  notifyRetract: true,
  persistItems: true,
  publishModel: 'publishers',
  sendLastPublishedItem: 'never',
};

/** What a node of an account is like (XEP-0163 §3). */
export const pepDefaults: FullConfig = {
  ...serviceDefaults,
  accessModel: 'presence',
  maxItems: 1,
  sendLastPublishedItem: 'on_sub_and_presence',
};

const known = [
  'accessModel',
  'deliverPayloads',
  'description',
  'maxItems',
  'notificationType',
  'notifyConfig',
  'notifyDelete',
  'notifyRetract',
  'persistItems',
  'publishModel',
  'rosterGroupsAllowed',
  'sendLastPublishedItem',
  'title',
  'type',
] as const satisfies readonly (keyof FullConfig)[];

/** What a form says of the options that are known here; others are passed over. @throws StanzaError */
export function readConfig(form: DataForm | undefined): Partial<FullConfig> {
  if (form === undefined) return {};
  let values: NodeConfig;
  try {
    values = formValues(form, nodeConfigFields);
  } catch (error) {
    throw pubsubError('not-acceptable', 'invalid-options', (error as Error).message);
  }
  return Object.fromEntries(known.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
}

/** §8.2: the form with what a node is like. */
export function configForm(config: FullConfig): DataForm {
  return { ...nodeConfigForm(config), type: 'form' };
}

/** §7.1.5: options of a publication are conditions at a node that is there. @throws StanzaError */
export function checkPreconditions(config: FullConfig, wanted: Partial<FullConfig>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const present = config[name as keyof FullConfig];
    if (JSON.stringify(present) === JSON.stringify(value)) continue;
    throw pubsubError('conflict', 'precondition-not-met', `the node has ${name} ${JSON.stringify(present)}`);
  }
}

/** Rejects what can't be done. */
export function checkConfig({ maxItems }: FullConfig): void {
  if (maxItems !== 'max' && maxItems < 0) throw new StanzaError('not-acceptable', { text: 'max_items' });
}
