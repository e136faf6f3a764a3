import { definePlugin } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { hashAlgorithms } from './algorithms.ts';
import { NS_HASH_FUNCTION, NS_HASHES } from './schema.ts';

/** Advertises hashes and the algorithms that can be checked (§5), by their registered names (§9.3) too. */
export const hashes: Plugin<void> = /* @__PURE__ */ definePlugin({
  name: 'hashes',
  requires: { disco },
  setup(_session, requirements) {
    requirements.disco.addFeature(NS_HASHES);
    for (const algo of hashAlgorithms) {
      requirements.disco.addFeature(`${NS_HASH_FUNCTION}:${algo}`);
      // The table of §3 and the registry of §9.3 have different names for these.
      const [, bits] = /^blake2b-(\d+)$/.exec(algo) ?? [];
      if (bits !== undefined) requirements.disco.addFeature(`${NS_HASH_FUNCTION}:id-blake2b${bits}`);
    }
  },
});
