import { HostMetaError } from './errors.ts';
import { isLoopback, parseHostMetaJson, parseHostMetaXml } from './host-meta.ts';
import type { AlternativeConnection } from './host-meta.ts';

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How to ask. */
export interface FindOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for everything. Default 10,000. */
  readonly timeout?: number | undefined;
  /** Default: the platform's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Where to ask instead of `https://domain`. Must be `https:`, or `http:` on this machine. */
  readonly origin?: string | undefined;
}

/** What became of the look-up of one file: its text, nothing when the domain has none, or why it could not be had. */
export type HostMetaFile = PromiseSettledResult<string | undefined>;

/** Both files of a domain. */
export interface HostMetaFiles {
  /** `/.well-known/host-meta`. */
  readonly xml: HostMetaFile;
  /** `/.well-known/host-meta.json`. */
  readonly json: HostMetaFile;
  /** The domain is this machine, so that its links may be `ws:` and `http:`. */
  readonly loopback: boolean;
}

/** Bytes of a host-meta file that are read. The longest in use have a few hundred. */
const maxBytes = 64 * 1024;
const maxRedirects = 5;

/**
 * Asks a domain for its WebSocket and BOSH endpoints (§2), by `/.well-known/host-meta` and `host-meta.json` at once.
 * Both are read, since some servers have only one of them. To be asked after DNS gave no way to connect (§2.2 rule 3),
 * or where there is no DNS, as in browsers. The order of the result means nothing (§2.2 rule 5).
 *
 * @param domain - the XMPP domain. `ws:` and `http:` links are accepted only when it, and they, name this machine
 * @returns empty when the domain has no such files, or nothing of use in them
 * @throws HostMetaError when neither file gave an endpoint and at least one could not be had; the signal's reason when aborted
 * @example
 * ```ts
 * import { findAlternativeConnections } from '@xeps/xep-0156';
 *
 * const found = await findAlternativeConnections('example.org');
 * const url = found.find(({ kind }) => kind === 'websocket')?.url;
 * ```
 */
export async function findAlternativeConnections(
  domain: string,
  options: FindOptions = {},
): Promise<AlternativeConnection[]> {
  return readHostMeta(await fetchHostMeta(domain, options));
}

/**
 * The endpoints that a domain's files name together.
 *
 * @throws HostMetaError when neither file has one and at least one could not be had or read
 */
export function readHostMeta({ xml, json, loopback }: HostMetaFiles): AlternativeConnection[] {
  const found = new Map<string, AlternativeConnection>();
  const failures: unknown[] = [];
  for (const [file, parse] of [
    [xml, parseHostMetaXml],
    [json, parseHostMetaJson],
  ] as const) {
    try {
      if (file.status === 'rejected') throw file.reason;
      const connections = file.value === undefined ? [] : parse(file.value, loopback);
      for (const connection of connections) found.set(connection.url, connection);
    } catch (error) {
      failures.push(error);
    }
  }
  if (found.size === 0 && failures.length > 0) throw failures[0];
  return [...found.values()];
}

/**
 * Gets both files, unread: for what else they may say, as in XEP-0487.
 *
 * @throws HostMetaError when the domain is none that can be asked; the signal's reason when aborted
 */
export async function fetchHostMeta(domain: string, options: FindOptions = {}): Promise<HostMetaFiles> {
  const { timeout = 10_000, origin = `https://${domain}`, fetch = globalThis.fetch } = options;
  options.signal?.throwIfAborted();
  const base = URL.canParse(origin) ? new URL(origin) : undefined;
  const loopback = base !== undefined && isLoopback(base.hostname) && isLoopback(domain.toLowerCase());
  // The domain must be the whole host: `example.org/x` or `user@example.org` would ask somebody else.
  const wellFormed = URL.canParse(`https://${domain}`) && !/[/?#@\\\s]/.test(domain);
  if (base === undefined || !wellFormed || !isSecure(base, loopback)) {
    throw new HostMetaError('unreachable', `Can't ask ${origin} about ${domain}: an https: address is needed`);
  }
  const deadline = AbortSignal.timeout(timeout);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  const ask = async (path: string): Promise<string | undefined> => {
    const url = new URL(`/.well-known/${path}`, base).href;
    try {
      return await getText(url, signal, fetch, loopback);
    } catch (cause) {
      if (cause instanceof HostMetaError) throw cause;
      throw deadline.aborted
        ? new HostMetaError('timeout', `No answer from ${url} within ${timeout} ms`, { cause })
        : new HostMetaError('unreachable', `Can't fetch ${url}: ${(cause as Error).message}`, { cause });
    }
  };
  const [xml, json] = await Promise.allSettled([ask('host-meta'), ask('host-meta.json')]);
  options.signal?.throwIfAborted();
  return { xml, json, loopback };
}

/** The text at `url`, redirects followed over HTTPS only; undefined when the server says that there is none. */
async function getText(
  start: string,
  signal: AbortSignal,
  fetch: Fetch,
  loopback: boolean,
): Promise<string | undefined> {
  const follow = (next: URL): string => {
    if (isSecure(next, loopback)) return next.href;
    throw new HostMetaError('redirect', `${start} redirects to ${next.origin}, which is not HTTPS`);
  };
  let url = start;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const init: RequestInit = { signal, credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'manual' };
    let response = await fetch(url, init);
    if (response.type === 'opaqueredirect') {
      // Browsers hide where a redirect leads. They refuse http: from a page that came by https:; we look at the last one.
      response = await fetch(url, { ...init, redirect: 'follow' });
      if (response.url !== '') follow(new URL(response.url));
    }
    const { ok, status, body } = response;
    if (ok) return readBounded(body, url);
    await body?.cancel();
    if (status === 404 || status === 410) return undefined;
    if (![301, 302, 303, 307, 308].includes(status)) {
      throw new HostMetaError('status', `${url} answered with HTTP status ${status}`);
    }
    const location = response.headers.get('location');
    if (location === null || !URL.canParse(location, url)) {
      throw new HostMetaError('redirect', `${url} redirects to nowhere`);
    }
    url = follow(new URL(location, url));
  }
  throw new HostMetaError('redirect', `${start} redirects more than ${maxRedirects} times`);
}

function isSecure({ protocol, hostname }: URL, loopback: boolean): boolean {
  return protocol === 'https:' || (loopback && protocol === 'http:' && isLoopback(hostname));
}

async function readBounded(body: Response['body'], url: string): Promise<string> {
  let size = 0;
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > maxBytes) throw new HostMetaError('too-large', `${url} is longer than ${maxBytes} bytes`);
      controller.enqueue(chunk);
    },
  });
  const bytes = await new Response(body?.pipeThrough(bounded)).arrayBuffer();
  try {
    // Fatal: text that is not UTF-8 must not turn into something that was not written.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HostMetaError('malformed', `${url} is not UTF-8`, { cause });
  }
}
