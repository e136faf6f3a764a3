import { websocketFraming } from '@xeps/stream';
import { discoverWebSocket } from './discovery/discover.ts';
import type { DiscoverOptions } from './discovery/discover.ts';
import { parseWebSocketService } from './discovery/endpoint.ts';
import { otherWebSocket } from './other-host.ts';
import type { Platform } from './platform.ts';
import { ConnectionError } from './transport/errors.ts';
import { connectWebSocket } from './transport/websocket.ts';

/** What browsers have: WebSocket, and host-meta to find it. TLS is the browser's own. */
export const browserPlatform: Platform<undefined, DiscoverOptions> = {
  discover: discoverWebSocket,
  connect(endpoint, { signal, timeout }) {
    if (endpoint.kind === 'websocket') return connectWebSocket(endpoint.url, { signal, timeout });
    const why = `browsers can't connect to ${endpoint.host} by TCP: give a wss:// address`;
    return Promise.reject(new ConnectionError('protocol', why));
  },
  parseService: parseWebSocketService,
  otherHost: (text, from) => (from.kind === 'websocket' ? otherWebSocket(text, from) : undefined),
  framing: () => websocketFraming,
  modules: [],
  onWake(callback) {
    const onVisible = (): void => {
      if (globalThis.document.visibilityState === 'visible') callback();
    };
    globalThis.addEventListener?.('online', callback);
    // Workers have no document.
    globalThis.document?.addEventListener('visibilitychange', onVisible);
    return () => {
      globalThis.removeEventListener?.('online', callback);
      globalThis.document?.removeEventListener('visibilitychange', onVisible);
    };
  },
};
