import { element, mapped, text } from '@xeps/core/schema';
import type { Schema } from '@xeps/core/schema';
import { pubsubNode } from '@xeps/xep-0060';
import type { NodeType } from '@xeps/xep-0060';

/** §3: the namespace of nicknames, and the node that an account publishes its own at (§4.3). */
export const NS_NICK = 'http://jabber.org/protocol/nick';

/** §3: `<nick/>`, whose value is the nickname. Its owner chose it: it proves nothing and belongs to nobody alone (§7). */
export const nick: Schema<string> = /* @__PURE__ */ mapped(
  /* @__PURE__ */ element(NS_NICK, 'nick', { text: text() }),
  (value): string => value.text,
  (value: string) => ({ text: value }),
);

/** §4.3: the node of an account's nickname. */
export const nickNode: NodeType<string> = /* @__PURE__ */ pubsubNode(NS_NICK, nick);
