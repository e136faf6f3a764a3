import { websocketFraming } from '@xeps/stream';
import type { DiscoverOptions } from './discovery/discover.ts';
import { parseService } from './discovery/endpoint.ts';
import type { Platform } from './platform.ts';
import { ConnectionError } from './transport/errors.ts';
import { connectWebSocket } from './transport/websocket.ts';

/** What browsers have: WebSocket, and host-meta to find it. TLS is the browser's own. */
export const browserPlatform: Platform<undefined, DiscoverOptions> = {
  // Loaded when needed: an app that names its service never is.
  async *discover(domain, options) {
    const { discoverWebSocket } = await import('./discovery/discover.ts');
    yield* discoverWebSocket(domain, options);
  },
  connect(endpoint, { signal, timeout }) {
    if (endpoint.kind === 'websocket') return connectWebSocket(endpoint.url, { signal, timeout });
    return Promise.reject(
      new ConnectionError(
        'protocol',
        `browsers can't connect to ${endpoint.host}:${endpoint.port} by TCP; give a wss:// address`,
      ),
    );
  },
  parseService,
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
