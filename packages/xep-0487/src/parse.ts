import { connectionUrl, HostMetaError } from '@xeps/xep-0156';

/** What `host-meta.json` says. */
export interface HostMeta {
  /** Seconds for which it holds; at most a week (§5), 0 when the file has no such number. */
  readonly ttl: number;
  /** SHA-256 of public keys to trust (RFC 7469), in base64: `public-key-pins-sha-256`. */
  readonly pins: readonly string[];
  /** In the order of the file. */
  readonly links: readonly HostMetaLink[];
}

/** What all links have. */
export interface LinkRoute {
  /** For clients, or for other servers (`s2s-…`). */
  readonly service: 'c2s' | 's2s';
  /** Lower is tried first. */
  readonly priority: number;
  /** Share of the connections within a priority. */
  readonly weight: number;
  /** IPv4 and IPv6 addresses to connect to; none when the URL's host is to be looked up. */
  readonly ips: readonly string[];
  /** The name to ask for in TLS. The certificate must be for it or for the XMPP domain (§2.2). */
  readonly sni?: string;
  /** The configuration of TLS Encrypted Client Hello, in base64. */
  readonly ech?: string;
}

/** Direct TLS (XEP-0368) or QUIC (XEP-0467): a port at the addresses. */
export interface PortLink extends LinkRoute {
  readonly kind: 'tls' | 'quic';
  readonly port: number;
  readonly sni: string;
}

/** WebSocket (RFC 7395, XEP-0468) or BOSH (XEP-0206): a URL, whose host need not be looked up. */
export interface UrlLink extends LinkRoute {
  readonly kind: 'websocket' | 'bosh';
  /** `wss:` or `https:`; `ws:` or `http:` only on this machine. */
  readonly url: string;
}

/** A way to connect. */
export type HostMetaLink = PortLink | UrlLink;

/** Characters of a file that is read; XEP-0156's package reads as many bytes. */
const maxLength = 64 * 1024;
const maxLinks = 64;
const maxIps = 16;
const maxPins = 32;
const maxEch = 4096;
/** §5: a week. */
const maxTtl = 604_800;
/** The highest that SRV records can have. */
const maxNumber = 65_535;

/** The link relations of §2.1; BOSH is for clients only. */
const relation = /^urn:xmpp:alt-connections:(?:(s2s-)?(tls|quic|websocket)|xbosh)$/;

/**
 * Reads `/.well-known/host-meta.json` (§2). Links that are broken, not secure or not known are left out, as is whatever
 * goes beyond 64 links, 16 addresses of a link and 32 pins.
 *
 * @param loopback - accepts `ws:` and `http:` links to this machine; for tests and development
 * @returns undefined when there is no object "xmpp": the rules of XEP-0156 hold then (§2.2)
 * @throws HostMetaError `malformed`, or `too-large` beyond 64 Ki characters
 * @example
 * ```ts
 * import { fetchHostMeta } from '@xeps/xep-0156';
 * import { orderLinks, parseHostMeta } from '@xeps/xep-0487';
 *
 * const { json, loopback } = await fetchHostMeta('example.org');
 * const text = json.status === 'fulfilled' ? json.value : undefined;
 * const meta = text === undefined ? undefined : parseHostMeta(text, loopback);
 * const links = meta?.links.filter(({ kind, service }) => kind === 'tls' && service === 'c2s') ?? [];
 * for (const group of orderLinks(links)) console.log(group.map(({ ips, sni }) => [sni, ips]));
 * ```
 */
export function parseHostMeta(text: string, loopback = false): HostMeta | undefined {
  if (text.length > maxLength) {
    throw new HostMetaError('too-large', `host-meta.json is longer than ${maxLength} characters`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new HostMetaError('malformed', `host-meta.json is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isRecord(document)) throw new HostMetaError('malformed', 'host-meta.json is no JSON object');
  const { xmpp } = document;
  if (!isRecord(xmpp)) return undefined;
  const { ttl } = xmpp;
  return {
    ttl: isNumber(ttl, 0, Infinity) ? Math.min(ttl, maxTtl) : 0,
    pins: strings(xmpp['public-key-pins-sha-256'], maxPins).filter((pin) => /^[A-Za-z0-9+/]{43}=$/.test(pin)),
    links: list(document['links'], maxLinks).flatMap((link) => readLink(link, loopback) ?? []),
  };
}

function readLink(link: unknown, loopback: boolean): HostMetaLink | undefined {
  if (!isRecord(link)) return undefined;
  const { rel, href, port } = link;
  const match = typeof rel === 'string' ? relation.exec(rel) : null;
  if (match === null) return undefined;
  const kind = (match[2] ?? 'bosh') as HostMetaLink['kind'];
  const service = match[1] === undefined ? 'c2s' : 's2s';
  if (kind === 'websocket' || kind === 'bosh') {
    const url = connectionUrl(kind, href, loopback);
    // One with none of the new fields, as the printed one for BOSH, is XEP-0156's: its host is looked up, at last.
    const isNew = ['priority', 'weight', 'sni', 'ips'].some((field) => Object.hasOwn(link, field));
    const route = isNew ? readRoute(link) : { priority: maxNumber, weight: 0, ips: [] };
    return url === undefined || route === undefined ? undefined : { kind, service, url, ...route };
  }
  const route = readRoute(link);
  return route === undefined || !isNumber(port, 1, maxNumber) ? undefined : { kind, service, port, ...route };
}

/** The new fields of §2.1; undefined when one that is mandatory is missing or broken. */
function readRoute(link: Record<string, unknown>): (Omit<LinkRoute, 'service'> & { readonly sni: string }) | undefined {
  const { priority, weight, ech } = link;
  const sni = hostName(link['sni']);
  const ips = [...new Set(strings(link['ips'], maxIps).filter(isIp))];
  if (!isNumber(priority, 0, maxNumber) || !isNumber(weight, 0, maxNumber)) return undefined;
  if (sni === undefined || ips.length === 0) return undefined;
  const usable = typeof ech === 'string' && ech.length <= maxEch && /^[A-Za-z0-9+/]+={0,2}$/.test(ech);
  return { priority, weight, ips, sni, ...(usable && { ech }) };
}

/** A name for SNI in A-labels, lower case, no final dot; addresses are none (RFC 6066 §3). */
function hostName(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 255 || /[/?#@:\\\s%[\]]/.test(value)) return undefined;
  const name = hostOf(value).replace(/\.$/, '');
  return name === '' || isIp(name) ? undefined : name;
}

/** Without zones (RFC 4007): those are names of this machine's interfaces. */
function isIp(text: string): boolean {
  if (text.includes(':')) return /^[\da-f:.]+$/i.test(text) && hostOf(`[${text}]`) !== '';
  // Of all ways to write a number that a URL may have, only this one stays as it is.
  return /^[\d.]+$/.test(text) && hostOf(text) === text;
}

/** A host as `URL` writes it; empty when it is none. */
function hostOf(text: string): string {
  return URL.canParse(`https://${text}`) ? new URL(`https://${text}`).hostname : '';
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function list(value: unknown, most: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

function strings(value: unknown, most: number): readonly string[] {
  return list(value, most).filter((item): item is string => typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
