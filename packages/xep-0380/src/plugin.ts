import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_EME } from './schema.ts';

/** Advertises explicit encryption (§3.3), for clients that tell of messages that they can't decrypt. */
export const explicitEncryption: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'explicit-encryption',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_EME),
});
