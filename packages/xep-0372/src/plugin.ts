import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_REFERENCE } from './schema.ts';

/** Advertises references (§3), for clients that show them. */
export const references: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'references',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_REFERENCE),
});
