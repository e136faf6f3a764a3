import { fetchHostMeta, readHostMeta } from '@xeps/xep-0156';
import type { AlternativeConnection, FindOptions } from '@xeps/xep-0156';
import { orderLinks, parseHostMeta } from '@xeps/xep-0487';
import type { HostMeta, HostMetaLink } from '@xeps/xep-0487';
import type { Endpoint } from './endpoint.ts';

/** How to look for the endpoints of a domain. */
export interface DiscoverOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each kind of look-up. Default 10,000. */
  readonly timeout?: number | undefined;
  /** How host-meta is asked for (XEP-0156). */
  readonly hostMeta?: Pick<FindOptions, 'fetch' | 'origin'> | undefined;
  /** Chooses by weight; gives numbers from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Keeps what host-meta says, by domain, for as long as it says (XEP-0487). A client has its own. */
  readonly cache?: HostMetaCache | undefined;
}

/** What host-meta said, and until when that holds, in milliseconds since 1970. */
export type HostMetaCache = Map<string, { readonly meta: HostMeta; readonly until: number }>;

/**
 * The WebSocket endpoints of a domain, by its host-meta files, in groups by priority: all that a browser can find out.
 *
 * @throws HostMetaError when the files can't be had
 */
export function discoverWebSocket(domain: string, options: DiscoverOptions = {}): ReturnType<typeof discoverHostMeta> {
  return discoverHostMeta(domain, options, (link) =>
    link.kind === 'websocket' ? [{ kind: link.kind, url: link.url }] : [],
  );
}

/**
 * The endpoints in a domain's host-meta files, in groups by priority (XEP-0487). Without that, the WebSockets of XEP-0156,
 * which have no order.
 *
 * @param endpointsOf - the endpoints of a link for clients; none when it is of no use here
 * @throws HostMetaError when the files can't be had
 */
export async function* discoverHostMeta(
  domain: string,
  options: DiscoverOptions,
  endpointsOf: (link: HostMetaLink) => readonly Endpoint[],
): AsyncGenerator<readonly Endpoint[], void, undefined> {
  const found = await findHostMeta(domain, options);
  if (!('links' in found)) {
    const group = found.flatMap(({ kind, url }) => (kind === 'websocket' ? [{ kind, url }] : []));
    if (group.length > 0) yield group;
    return;
  }
  const links = found.links.filter(({ service }) => service === 'c2s');
  for (const ordered of orderLinks(links, options.random)) {
    const group = ordered.flatMap(endpointsOf);
    if (group.length > 0) yield group;
  }
  // None of them served: the next time the files are asked for anew. They are kept for when those can't be had.
  options.cache?.set(domain, { meta: found, until: 0 });
}

async function findHostMeta(
  domain: string,
  { signal, timeout, hostMeta, cache }: DiscoverOptions,
): Promise<HostMeta | readonly AlternativeConnection[]> {
  const kept = cache?.get(domain);
  if (kept !== undefined && Date.now() < kept.until) return kept.meta;
  const files = await fetchHostMeta(domain, { ...hostMeta, signal, timeout });
  const { json, loopback } = files;
  try {
    if (json.status === 'rejected') throw json.reason;
    const meta = json.value === undefined ? undefined : parseHostMeta(json.value, loopback);
    if (meta === undefined) return readHostMeta(files);
    cache?.set(domain, { meta, until: Date.now() + meta.ttl * 1000 });
    return meta;
  } catch {
    // XEP-0487 §3.2: what has expired is better than nothing.
    return kept?.meta ?? readHostMeta(files);
  }
}
