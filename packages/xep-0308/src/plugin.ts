import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_CORRECTION } from './schema.ts';

/** Advertises corrections (§2), for an application that shows them. */
export const corrections: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'corrections',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_CORRECTION),
});
