/** The server of an account with one node, for tests over `link()`. */
import { StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import type { Link } from '@xeps/core/testing';
import { discoInfoQuery } from '@xeps/xep-0030';
import { NS_PUBLISH_OPTIONS, pubsubEvent, pubsubGetQuery, pubsubSetQuery } from '@xeps/xep-0060';
import { mdsDisplayed } from '../src/index.ts';

export interface ServedAccount {
  /** What is at the node: stanza id (and who gave it) by item id; `undefined` when there is no node. */
  items: Map<string, { id: string; by: string }> | undefined;
  features: string[];
  /** Whether devices are told of publications. */
  tells: boolean;
  /** What was published, in order. */
  readonly published: string[];
  /** Called before a publication is taken. */
  beforePublish: () => void | Promise<void>;
  /** Called before the items are given. */
  beforeItems: () => void | Promise<void>;
}

export const OWN = 'romeo@montague.lit';

function displayed(id: string, by = OWN): Element {
  return mdsDisplayed.encode({ stanzaId: { id, by: { toString: () => by } as never } });
}

/** A notification of the node, from `from`. */
export function notification(conversation: string, id: string, { from = OWN, by = OWN } = {}): string {
  const event = pubsubEvent.encode({
    items: { node: 'urn:xmpp:mds:displayed:0', items: [{ id: conversation, payloads: [displayed(id, by)] }] },
  });
  return `<message from='${from}' type='headline'>${String(event)}</message>`;
}

export function serveAccount({ server, inject }: Link): ServedAccount {
  const account: ServedAccount = {
    items: undefined,
    features: [NS_PUBLISH_OPTIONS],
    tells: true,
    published: [],
    beforePublish: () => undefined,
    beforeItems: () => undefined,
  };
  server.handle(discoInfoQuery, () => ({
    identities: [{ category: 'pubsub', type: 'pep' }],
    features: account.features,
  }));
  server.handle(pubsubGetQuery, async ({ items }) => {
    const now = account.items && new Map(account.items);
    await account.beforeItems();
    if (now === undefined) throw new StanzaError('item-not-found');
    return {
      items: {
        node: items!.node,
        items: [...now].map(([id, state]) => ({ id, payloads: [displayed(state.id, state.by)] })),
      },
    };
  });
  server.handle(pubsubSetQuery, async ({ publish }) => {
    await account.beforePublish();
    const { id, payloads } = publish!.items[0]!;
    const { stanzaId } = mdsDisplayed.decode(payloads[0]!);
    const by = String(stanzaId.by);
    (account.items ??= new Map()).set(id!, { id: stanzaId.id, by });
    account.published.push(`${id} ${stanzaId.id}`);
    if (account.tells) inject(notification(id!, stanzaId.id, { by }));
    return undefined;
  });
  return account;
}
