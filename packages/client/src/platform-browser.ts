import { websocketFraming } from '@xeps/stream';
import type { DiscoverOptions } from './discovery/discover.ts';
import { parseWebSocketService } from './discovery/endpoint.ts';
import { otherWebSocket } from './other-host.ts';
import type { Platform } from './platform.ts';
import { ConnectionError } from './transport/errors.ts';
import { connectWebSocket } from './transport/websocket.ts';

/**
 * What browsers have: WebSocket, and host-meta to find it. TLS is the browser's own. What is imported within is not
 * needed each time, and loaded when it is.
 */
export const browserPlatform: Platform<undefined, DiscoverOptions> = {
  async *discover(domain, options) {
    const { discoverWebSocket } = await part(import('./discovery/discover.ts'));
    yield* discoverWebSocket(domain, options);
  },
  connect(endpoint, { signal, timeout }) {
    if (endpoint.kind === 'websocket') return connectWebSocket(endpoint.url, { signal, timeout });
    const why = `browsers can't connect to ${endpoint.host} by TCP: give a wss:// address`;
    return Promise.reject(new ConnectionError('protocol', why));
  },
  parseService: parseWebSocketService,
  otherHost: (text, from) => (from.kind === 'websocket' ? otherWebSocket(text, from) : undefined),
  framing: () => websocketFraming,
  modules: [],
  passwordSignIn: () => part(import('./password-sign-in.ts')).then((module) => module.passwordSignIn),
  mechanisms: [],
  guards: [],
  onWake(callback) {
    const look = (): void => callback(globalThis.navigator.onLine !== false);
    const onVisible = (): void => {
      if (globalThis.document.visibilityState === 'visible') look();
    };
    const watching = new AbortController();
    const { signal } = watching;
    globalThis.addEventListener?.('online', look, { signal });
    globalThis.addEventListener?.('offline', look, { signal });
    // Workers have no document.
    globalThis.document?.addEventListener('visibilitychange', onVisible, { signal });
    return () => watching.abort();
  },
};

/** What is loaded when it is needed. Older browsers don't ask again for what failed once, until the page is loaded anew. */
function part<T>(loading: Promise<T>): Promise<T> {
  return loading.catch((cause: unknown) => {
    const why = "A part of this program can't be loaded: reload the page";
    throw new ConnectionError('unreachable', why, { cause });
  });
}
