import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_CHAT_STATES } from './schema.ts';

/** Advertises chat states (§4). */
export const chatStates: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'chat-states',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_CHAT_STATES),
});
