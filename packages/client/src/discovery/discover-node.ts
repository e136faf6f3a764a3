import { ConnectionError } from '../transport/errors.ts';
import { discoverWebSocket } from './discover.ts';
import type { DiscoverOptions } from './discover.ts';
import type { Endpoint } from './endpoint.ts';
import { resolveSrvEndpoints } from './srv.ts';
import type { SrvOptions } from './srv.ts';

/** How to look for the endpoints of a domain in Node. */
export interface NodeDiscoverOptions extends DiscoverOptions, Pick<SrvOptions, 'dnsServers' | 'random'> {
  /** What to look for, in this order. Default: TCP, then WebSocket. */
  readonly kinds?: readonly Endpoint['kind'][] | undefined;
}

/**
 * The endpoints of a domain, in the order to try them. Lazy: host-meta is asked for only when the caller comes that far,
 * which means that TCP failed (XEP-0156 §2.2 rule 3). Node only.
 *
 * @throws ConnectionError `dns` or HostMetaError, at the end, when no kind gave an endpoint; `aborted`, or the signal's reason
 */
export async function* discoverEndpoints(
  domain: string,
  options: NodeDiscoverOptions = {},
): AsyncGenerator<Endpoint, void, undefined> {
  const { kinds = ['tcp', 'websocket'], signal } = options;
  let found = false;
  let failure: unknown;
  for (const kind of kinds) {
    try {
      const endpoints =
        kind === 'tcp' ? await resolveSrvEndpoints(domain, options) : discoverWebSocket(domain, options);
      for await (const endpoint of endpoints) {
        found = true;
        yield endpoint;
      }
    } catch (error) {
      if (signal?.aborted === true) throw error;
      failure ??= error;
    }
  }
  if (!found) throw failure ?? new ConnectionError('dns', `${domain} names no endpoint for ${kinds.join(' or ')}`);
}
