/**
 * XEP-0487: Host Meta 2. Reads from a domain's `host-meta.json` how to connect to it: direct TLS and WebSocket, with
 * addresses, the name for TLS, priority and weight. Pure: the file is had by XEP-0156's `fetchHostMeta`.
 *
 * @packageDocumentation
 */
export { orderLinks } from './order.ts';
export { parseHostMeta } from './parse.ts';
export type { HostMeta, HostMetaLink, LinkRoute, PortLink, UrlLink } from './parse.ts';
