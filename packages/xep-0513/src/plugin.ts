import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_MENTIONS } from './schema.ts';

/** §3.2: the groups whose mentions are heard, as they are advertised; `associations` are roles and affiliations. */
export type MentionFeature = 'channel' | 'space' | 'server' | 'associations' | 'hats' | `${string}:${string}`;

/** What of mentions is heard. */
export interface MentionsApi {
  /** Advertises that mentions of these groups are heard (§3.2), until disposed of. */
  addGroup(feature: MentionFeature): Disposable;
}

/** Advertises mentions (§2). */
export const mentions: Plugin<MentionsApi> = /* @__PURE__ */ definePlugin({
  name: 'mentions',
  requires: { disco },
  setup(_session, requirements) {
    requirements.disco.addFeature(NS_MENTIONS);
    return {
      addGroup: (feature) =>
        requirements.disco.addFeature(feature.includes(':') ? feature : `${NS_MENTIONS}#${feature}`),
    };
  },
});
