import { elementName } from '@xeps/core/schema';
import type { Schema } from '@xeps/core/schema';

/** §2: the namespace of chat states. */
export const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';

/** §2: how somebody takes part in a conversation: attending, having left it alone for a while or for good, writing, pausing. */
export type ChatState = 'active' | 'composing' | 'gone' | 'inactive' | 'paused';

/** §2: `<active/>`, `<composing/>`, `<gone/>`, `<inactive/>`, `<paused/>`; the value is the name. */
export const chatState: Schema<ChatState> = /* @__PURE__ */ elementName(NS_CHAT_STATES, [
  'active',
  'composing',
  'gone',
  'inactive',
  'paused',
]);
