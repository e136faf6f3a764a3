import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_STYLING } from './schema.ts';

/** Advertises that this client renders message styling (§5). */
export const styling: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'styling',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_STYLING),
});
