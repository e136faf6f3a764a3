import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_XHTML_IM } from './schema.ts';

/** Advertises that this client renders XHTML-IM (§10.1), which asks others to send it. */
export const xhtmlSupport: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'xhtml-support',
  requires: { disco },
  setup: (_session, requirements) => void requirements.disco.addFeature(NS_XHTML_IM),
});
