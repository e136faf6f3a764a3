import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_CONTENT } from './schema.ts';

/** Advertises content types (§3), for clients that go by them. */
export const contentTypes: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'content-types',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_CONTENT),
});
