import { createElement } from '@xeps/stream';
import { NS_STREAM_LIMITS } from '@xeps/xep-0478';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** Says how much the server takes in (XEP-0478). */
export const streamLimits: ServerModule = serverModule({
  name: 'stream-limits',
  setup(host) {
    host.streamParts.push({
      features: () => [
        createElement('limits', NS_STREAM_LIMITS, {}, [
          createElement('max-bytes', undefined, {}, [String(host.options.limits.stanza)]),
        ]),
      ],
    });
  },
});
