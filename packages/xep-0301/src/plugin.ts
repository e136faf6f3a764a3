import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_RTT } from './schema.ts';

/** Advertises real-time text (§5). For clients that show it: `createRealTimeText` for each conversation. */
export const realTimeText: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'real-time-text',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_RTT),
});
