import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_SPOILER } from './schema.ts';

/** Advertises that spoilers are hidden (§2). */
export const spoilers: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'spoilers',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_SPOILER),
});
