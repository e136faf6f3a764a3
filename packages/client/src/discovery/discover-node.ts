import { interleaveAddresses } from '@xeps/xep-0495';
import type { HostMetaLink } from '@xeps/xep-0487';
import { ConnectionError } from '../transport/errors.ts';
import type { AddressOptions } from './addresses.ts';
import { discoverHostMeta } from './discover.ts';
import type { DiscoverOptions } from './discover.ts';
import type { Endpoint } from './endpoint.ts';
import { resolveSrvEndpoints } from './srv.ts';
import type { SrvOptions } from './srv.ts';

/** How to look for the endpoints of a domain in Node. */
export interface NodeDiscoverOptions
  extends DiscoverOptions, Pick<SrvOptions, 'dnsServers'>, Pick<AddressOptions, 'lookup'> {
  /** What to look for, in this order. Default: TCP, then WebSocket. */
  readonly kinds?: readonly Endpoint['kind'][] | undefined;
}

/**
 * The endpoints of a domain, in groups of the same priority, in the order to try them. Lazy: host-meta is asked for only
 * when the caller comes that far, which means that the endpoints in DNS failed (XEP-0156 §2.2 rule 3). Node only.
 *
 * XEP-0487 §2.2 would have host-meta asked first, and DNS skipped where it answers in the new form. That is not followed:
 * nearly no domain has such a file, and asking each for it would put round trips of HTTPS before every connection.
 *
 * @throws ConnectionError `dns` or HostMetaError, at the end, when no kind gave an endpoint; `aborted`, or the signal's reason
 */
export async function* discoverEndpoints(
  domain: string,
  options: NodeDiscoverOptions = {},
): AsyncGenerator<readonly Endpoint[], void, undefined> {
  const { kinds = ['tcp', 'websocket'], signal } = options;
  let found = false;
  let failure: unknown;
  for (const kind of kinds) {
    try {
      const groups =
        kind === 'tcp'
          ? await resolveSrvEndpoints(domain, options)
          : discoverHostMeta(domain, options, (link) => endpointsOf(link, kinds));
      for await (const group of groups) {
        found = true;
        yield group;
      }
    } catch (error) {
      if (signal?.aborted === true) throw error;
      failure ??= error;
    }
  }
  if (!found) throw failure ?? new ConnectionError('dns', `${domain} names no endpoint for ${kinds.join(' or ')}`);
}

/** A link's endpoints, by address. There is no QUIC in Node, and no BOSH here. */
function endpointsOf(link: HostMetaLink, kinds: readonly Endpoint['kind'][]): readonly Endpoint[] {
  const addresses = interleaveAddresses(link.ips);
  const serverName = link.sni;
  if (link.kind === 'tls' && kinds.includes('tcp')) {
    // It names no host: the address stands for it.
    return addresses.map((host) => ({ kind: 'tcp', host, port: link.port, directTls: true, serverName }));
  }
  if (link.kind !== 'websocket') return [];
  const endpoint = { kind: link.kind, url: link.url, serverName };
  return addresses.length === 0 ? [endpoint] : addresses.map((address) => ({ ...endpoint, address }));
}
