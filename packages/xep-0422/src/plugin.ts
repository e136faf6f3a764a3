import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_FASTEN } from './schema.ts';

/** Advertises fastenings (§2), for an application that understands them. */
export const fastenings: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'fastenings',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_FASTEN),
});
