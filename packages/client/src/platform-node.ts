import { starttls, tcpFraming, websocketFraming } from '@xeps/stream';
import { discoverEndpoints } from './discovery/discover-node.ts';
import type { NodeDiscoverOptions } from './discovery/discover-node.ts';
import { parseService } from './discovery/endpoint.ts';
import { otherHost } from './other-host.ts';
import type { Platform } from './platform.ts';
import { connectTcp } from './transport/tcp.ts';
import type { NodeTlsOptions } from './transport/tls-options.ts';
import { connectNodeWebSocket } from './transport/websocket-node.ts';

/** What Node has: TCP with TLS, and WebSocket with TLS options. */
export const nodePlatform: Platform<NodeTlsOptions, NodeDiscoverOptions> = {
  discover: (domain, options) => discoverEndpoints(domain, options),
  connect: (endpoint, { domain, tls, signal, timeout }) =>
    endpoint.kind === 'tcp'
      ? connectTcp(
          { host: endpoint.host, port: endpoint.port, directTls: endpoint.directTls, domain, tls },
          { signal, timeout },
        )
      : connectNodeWebSocket(endpoint.url, { domain, tls, signal, timeout }),
  parseService,
  otherHost,
  framing: (transport) => (transport.kind === 'tcp' ? tcpFraming : websocketFraming),
  modules: [starttls],
};
