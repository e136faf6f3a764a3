import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_PING, pingQuery } from './schema.ts';

/** Answers pings (§4.2, §4.3) and advertises that (§6). */
export const ping: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'ping',
  requires: { disco },
  setup(session, requirements) {
    session.handle(pingQuery, () => undefined);
    requirements.disco.addFeature(NS_PING);
  },
});
