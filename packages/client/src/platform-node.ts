import { scramSha1Plus, scramSha256Plus, scramSha512Plus, starttls, tcpFraming, websocketFraming } from '@xeps/stream';
import { channelBindings } from '@xeps/xep-0440';
import { tlsDowngradeProtection } from '@xeps/xep-0515';
import { resolveAddresses } from './discovery/addresses.ts';
import { discoverEndpoints } from './discovery/discover-node.ts';
import type { NodeDiscoverOptions } from './discovery/discover-node.ts';
import { parseService } from './discovery/endpoint.ts';
import { otherHost } from './other-host.ts';
import { passwordSignIn } from './password-sign-in.ts';
import type { Platform } from './platform.ts';
import { connectTcp } from './transport/tcp.ts';
import type { NodeTlsOptions } from './transport/tls-options.ts';
import { connectNodeWebSocket } from './transport/websocket-node.ts';

/** What Node has: TCP with TLS, and WebSocket with TLS options. */
export const nodePlatform: Platform<NodeTlsOptions, NodeDiscoverOptions> = {
  discover: (domain, options) => discoverEndpoints(domain, options),
  resolve: (group, options) => resolveAddresses(group, options),
  connect: (endpoint, { domain, tls, signal, timeout }) =>
    endpoint.kind === 'tcp'
      ? connectTcp({ ...endpoint, domain, tls }, { signal, timeout })
      : connectNodeWebSocket(endpoint.url, {
          address: endpoint.address,
          serverName: endpoint.serverName,
          domain,
          tls,
          signal,
          timeout,
        }),
  parseService,
  otherHost,
  framing: (transport) => (transport.kind === 'tcp' ? tcpFraming : websocketFraming),
  modules: [starttls],
  passwordSignIn: () => Promise.resolve(passwordSignIn),
  mechanisms: [scramSha512Plus, scramSha256Plus, scramSha1Plus],
  guards: [channelBindings(), tlsDowngradeProtection()],
};
