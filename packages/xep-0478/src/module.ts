import type { Element } from '@xeps/core';
import { NS_STREAM } from '@xeps/stream';
import type { StreamModule } from '@xeps/stream';
import { decodeStreamLimits } from './limits.ts';
import type { StreamLimits } from './limits.ts';

/** Follows what a server says of its limits. */
export interface StreamLimitsTracker {
  /** Goes among the modules of a stream, which may change from one connection to the next. */
  readonly module: StreamModule;
  /** What the server takes in on the present stream. */
  readonly current: StreamLimits;
}

/** Reads the limits in every features element: they may change with it, such as after signing in (§4). */
/* @__NO_SIDE_EFFECTS__ */
export function createStreamLimits(): StreamLimitsTracker {
  let current: StreamLimits = {};
  const read = (features: Element): void => {
    current = decodeStreamLimits(features);
  };
  return {
    module: {
      name: 'stream-limits',
      negotiate(features) {
        read(features);
        return 'skip';
      },
      element(element) {
        // Features that follow after XEP-0388. Other modules may want them too.
        if (element.is('features', NS_STREAM)) read(element);
        return false;
      },
      ended() {
        current = {};
      },
    },
    get current() {
      return current;
    },
  };
}
