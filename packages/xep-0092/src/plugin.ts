import { definePlugin, StanzaError } from '@xeps/core';
import type { Plugin } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_VERSION, versionQuery } from './schema.ts';
import type { SoftwareVersion } from './schema.ts';

/** What this software tells of itself. */
export interface VersionApi {
  /**
   * Tells who asks, from now on; `undefined` tells nobody any more. The operating system stays unsaid unless `os` is
   * given: whether to, is for the person to decide (§5).
   */
  tell(version: SoftwareVersion | undefined): void;
}

/** Answers questions for the software's version (§2) and advertises that (§4), once the application has said what it is. */
export const version: Plugin<VersionApi> = /* @__PURE__ */ definePlugin({
  name: 'version',
  requires: { disco },
  setup(session, requirements): VersionApi {
    let told: SoftwareVersion | undefined;
    let feature: Disposable | undefined;
    session.handle(versionQuery, () => {
      if (told === undefined) throw new StanzaError('service-unavailable');
      return told;
    });
    return {
      tell(value) {
        told = value === undefined ? undefined : { ...value };
        if (told !== undefined) {
          feature ??= requirements.disco.addFeature(NS_VERSION);
          return;
        }
        feature?.[Symbol.dispose]();
        feature = undefined;
      },
    };
  },
});
