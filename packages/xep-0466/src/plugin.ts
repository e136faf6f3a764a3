import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_EPHEMERAL } from './schema.ts';

/** Advertises ephemeral messages (§3.1): a promise to discard them in time, which the application keeps. */
export const ephemeralMessages: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'ephemeral-messages',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_EPHEMERAL),
});
