import { child, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { pubsubNode } from '@xeps/xep-0060';
import type { NodeType } from '@xeps/xep-0060';
import { stanzaId } from '@xeps/xep-0359';

/** §4.1: the namespace of displayed states, and the node that they are kept at. */
export const NS_MDS_DISPLAYED = 'urn:xmpp:mds:displayed:0';
/** §4.5.2: the feature of accounts whose server takes displayed states out of messages. */
export const NS_MDS_SERVER_ASSIST = 'urn:xmpp:mds:server-assist:0';

const $mdsDisplayed = /* @__PURE__ */ element(NS_MDS_DISPLAYED, 'displayed', { stanzaId: child(stanzaId) });
/** §4.1: the newest message of a conversation that was displayed, by the id that the account or the room gave it. */
export interface MdsDisplayed extends Infer<typeof $mdsDisplayed> {}
/** {@link MdsDisplayed} for encoding. */
export interface MdsDisplayedInput extends InferInput<typeof $mdsDisplayed> {}
/** §4.1: `<displayed/>`. */
export const mdsDisplayed: ElementSchema<MdsDisplayed, MdsDisplayedInput> = $mdsDisplayed;

/** §4.1, §4.2: the node, private (§7), with an item for each conversation, by its address. */
export const mdsNode: NodeType<MdsDisplayed, MdsDisplayedInput> = /* @__PURE__ */ pubsubNode(
  NS_MDS_DISPLAYED,
  mdsDisplayed,
  { persistItems: true, maxItems: 'max', sendLastPublishedItem: 'never', accessModel: 'whitelist' },
);
