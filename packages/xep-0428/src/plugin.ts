import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_FALLBACK } from './schema.ts';

/** Advertises that fallbacks are recognised (§2.1). */
export const fallbacks: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'fallbacks',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_FALLBACK),
});
