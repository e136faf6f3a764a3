import type { HttpHandler } from '../net/http-routes.ts';
import { NS_ALT_CONNECTIONS, NS_XRD } from '@xeps/xep-0156';
import { createElement } from '@xeps/stream';
import { serialize } from '@xeps/core/xml';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** Where the WebSocket is (XEP-0156 §2.1), for whoever knows the domain. */
export const hostMeta: ServerModule = serverModule({
  name: 'host-meta',
  setup(host) {
    const rel = `${NS_ALT_CONNECTIONS}:websocket`;
    const serve =
      (type: string, write: (links: readonly string[]) => string): HttpHandler =>
      ({ method }, response) => {
        // §3: pages of any origin ask.
        response.setHeader('access-control-allow-origin', '*');
        if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
        response.writeHead(200, { 'content-type': type }).end(write(host.http.websockets));
      };
    host.http.add(
      '/.well-known/host-meta',
      serve('application/xrd+xml', (links) => {
        const found = links.map((href) => createElement('Link', undefined, { rel, href }));
        return `<?xml version='1.0' encoding='utf-8'?>${serialize(createElement('XRD', NS_XRD, {}, found))}`;
      }),
    );
    host.http.add(
      '/.well-known/host-meta.json',
      serve('application/json', (links) => JSON.stringify({ links: links.map((href) => ({ rel, href })) })),
    );
  },
});
