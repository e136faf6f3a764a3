import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { interleaveAddresses, RESOLUTION_DELAY } from '@xeps/xep-0495';
import type { Endpoint } from './endpoint.ts';

/** How to look up the addresses of hosts. */
export interface AddressOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for it. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Gives the addresses of a host, those of one family in the order to try them. Default: the system's. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/**
 * Puts the addresses of TCP hosts in the place of their names (XEP-0495 §4.2, §4.3): the hosts in their order, the
 * addresses of each in turn by family. All hosts are looked up at once; those whose answer comes more than the Resolution
 * Delay after the first are in a second group. Node only.
 *
 * @throws the signal's reason
 */
export async function* resolveAddresses(
  endpoints: readonly Endpoint[],
  { signal, timeout = 10_000, lookup = lookupAll }: AddressOptions = {},
): AsyncGenerator<readonly Endpoint[], void, undefined> {
  const { promise: nothing, resolve: giveUp } = Promise.withResolvers<readonly string[]>();
  const end = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])]);
  end.addEventListener('abort', () => giveUp([]));
  if (end.aborted) giveUp([]);

  const found: (readonly Endpoint[])[] = [];
  const lookups = endpoints.map(async (endpoint, index) => {
    const isName = endpoint.kind === 'tcp' && endpoint.address === undefined && isIP(endpoint.host) === 0;
    const answer = isName ? Promise.race([lookup(endpoint.host), nothing]).catch(() => []) : [];
    const addresses = interleaveAddresses([...new Set(await answer)]);
    // A name without address stays: connecting to it tells what is wrong with it.
    found[index] = addresses.length === 0 ? [endpoint] : addresses.map((address) => ({ ...endpoint, address }));
  });
  const all = Promise.all(lookups);
  const patience = (): Promise<void> => delay(RESOLUTION_DELAY, undefined, { ref: false });
  await Promise.race([all, Promise.race(lookups).then(patience)]);
  signal?.throwIfAborted();
  // A copy of what is there so far; both have holes where an answer is missing.
  const first = found.slice();
  yield first.flat();
  await all;
  signal?.throwIfAborted();
  const later = found.filter((_, index) => !(index in first));
  if (later.length > 0) yield later.flat();
}

async function lookupAll(host: string): Promise<string[]> {
  const found = await systemLookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}
