import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_REPLY } from './schema.ts';

/** Advertises replies (§2). */
export const replies: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'replies',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_REPLY),
});
