import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_RETRACT } from './schema.ts';

/** Advertises retractions (§2), for an application that follows them. */
export const retractions: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'retractions',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_RETRACT),
});
