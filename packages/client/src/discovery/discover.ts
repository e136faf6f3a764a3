import { findAlternativeConnections } from '@xeps/xep-0156';
import type { FindOptions } from '@xeps/xep-0156';
import type { Endpoint } from './endpoint.ts';

/** How to look for the endpoints of a domain. */
export interface DiscoverOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each kind of look-up. Default 10,000. */
  readonly timeout?: number | undefined;
  /** How host-meta is asked for (XEP-0156). */
  readonly hostMeta?: Pick<FindOptions, 'fetch' | 'origin'> | undefined;
}

/**
 * The WebSocket endpoints of a domain, by its host-meta files: all that a browser can find out.
 *
 * @throws HostMetaError when the files can't be had
 */
export async function* discoverWebSocket(
  domain: string,
  options: DiscoverOptions = {},
): AsyncGenerator<Endpoint, void, undefined> {
  const { signal, timeout, hostMeta } = options;
  for (const { kind, url } of await findAlternativeConnections(domain, { ...hostMeta, signal, timeout })) {
    if (kind === 'websocket') yield { kind, url };
  }
}
