import { parseElement } from '@xeps/core/xml';
import { HostMetaError } from './errors.ts';

/** The namespace of XRD, the XML format of host-meta (RFC 6415 §3). */
export const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';
/** What the link relations begin with (§2.1). */
export const NS_ALT_CONNECTIONS = 'urn:xmpp:alt-connections';

/** A way to connect other than TCP. */
export interface AlternativeConnection {
  readonly kind: 'websocket' | 'bosh';
  /** `wss:` or `https:`; `ws:` or `http:` only on this machine. */
  readonly url: string;
}

interface Link {
  readonly rel?: unknown;
  readonly href?: unknown;
}

/** The URL schemes of each kind (§2.1), the secure one first. */
const schemes: Readonly<Record<AlternativeConnection['kind'], readonly [secure: string, open: string]>> = {
  websocket: ['wss:', 'ws:'],
  bosh: ['https:', 'http:'],
};

/** The link relations of §2.1. */
const relations: Readonly<Record<string, AlternativeConnection['kind']>> = {
  [`${NS_ALT_CONNECTIONS}:websocket`]: 'websocket',
  [`${NS_ALT_CONNECTIONS}:xbosh`]: 'bosh',
};

/**
 * Reads `/.well-known/host-meta` (XRD, §2.3 example 1). Links that are not understood or not secure are left out.
 *
 * @param loopback - accepts `ws:` and `http:` links to this machine; for tests and development
 * @throws HostMetaError `malformed`
 */
export function parseHostMetaXml(text: string, loopback = false): AlternativeConnection[] {
  // RFC 6415 documents are ordinary XML, where comments are allowed; XMPP's parser refuses them.
  const root = read('host-meta', () => parseElement(withoutComments(text).trim()));
  if (!root.is('XRD', NS_XRD)) throw malformed(`host-meta is not an XRD document but <${root.name}>`);
  const links: Link[] = [];
  for (const child of root.children) {
    if (typeof child === 'object' && child.is('Link', NS_XRD)) links.push(child.attrs);
  }
  return connections(links, loopback);
}

/**
 * Reads `/.well-known/host-meta.json` (JRD, §2.3 example 2). Links that are not understood or not secure are left out.
 *
 * @param loopback - accepts `ws:` and `http:` links to this machine; for tests and development
 * @throws HostMetaError `malformed`
 */
export function parseHostMetaJson(text: string, loopback = false): AlternativeConnection[] {
  const document = read('host-meta.json', (): unknown => JSON.parse(text));
  const links = isRecord(document) && (document['links'] ?? []);
  if (!Array.isArray(links)) throw malformed('host-meta.json has no list of links');
  return connections(links.filter(isRecord), loopback);
}

function read<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw malformed(`${file} is not what RFC 6415 says: ${(cause as Error).message}`, cause);
  }
}

function malformed(message: string, cause?: unknown): HostMetaError {
  return new HostMetaError('malformed', message, { cause });
}

/** Whether `hostname` (as `URL` writes it) is this machine, asked for by name. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/.test(hostname);
}

/**
 * The URL of a link as `URL` writes it; undefined when it is none that may be connected to (§2.2 rule 1: secure delegation,
 * nobody gets to lead us to an open connection).
 *
 * @param loopback - accepts `ws:` and `http:` to this machine
 */
export function connectionUrl(
  kind: AlternativeConnection['kind'],
  href: unknown,
  loopback = false,
): string | undefined {
  if (typeof href !== 'string' || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  const [secure, open] = schemes[kind];
  if (url.protocol !== secure && !(loopback && url.protocol === open && isLoopback(url.hostname))) return undefined;
  // RFC 6455 §3 has no fragments, and names and passwords in URLs are refused by browsers.
  return url.username === '' && url.password === '' && url.hash === '' ? url.href : undefined;
}

function connections(links: readonly Link[], loopback: boolean): AlternativeConnection[] {
  const found = new Map<string, AlternativeConnection>();
  for (const { rel, href } of links) {
    if (typeof rel !== 'string' || !Object.hasOwn(relations, rel)) continue;
    const kind = relations[rel]!;
    const url = connectionUrl(kind, href, loopback);
    if (url !== undefined && !found.has(url)) found.set(url, { kind, url });
  }
  return [...found.values()];
}

function withoutComments(text: string): string {
  const [head = '', ...parts] = text.split('<!--');
  let rest = head;
  for (const part of parts) {
    const end = part.indexOf('-->');
    // Left as it was, so that the parser says what is wrong and where.
    rest += end < 0 ? `<!--${part}` : part.slice(end + 3);
  }
  return rest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
