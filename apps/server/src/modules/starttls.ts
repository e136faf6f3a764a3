import { createElement, NS_TLS } from '@xeps/stream';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** STARTTLS (RFC 6120 §5): required wherever it can be had. */
export const starttls: ServerModule = serverModule({
  name: 'starttls',
  setup(host) {
    host.streamParts.push({
      features: ({ wire }) =>
        wire.secure || wire.startTls === undefined
          ? []
          : [createElement('starttls', NS_TLS, {}, [createElement('required', undefined)])],
      element(stream, element) {
        if (!element.is('starttls', NS_TLS)) return false;
        if (stream.wire.secure || stream.wire.startTls === undefined) {
          // §5.4.2.2: the failure ends the stream.
          stream.send(createElement('failure', NS_TLS));
          stream.close();
          return true;
        }
        stream.send(createElement('proceed', NS_TLS));
        stream.startTls();
        return true;
      },
    });
  },
});
