/**
 * XEP-0156: Discovering Alternative XMPP Connection Methods. Asks a domain's host-meta files, over HTTPS, where its
 * WebSocket and BOSH endpoints are. Runs in browsers and in Node.
 *
 * @packageDocumentation
 */
export { HostMetaError } from './errors.ts';
export type { HostMetaErrorReason } from './errors.ts';
export { fetchHostMeta, findAlternativeConnections, readHostMeta } from './find.ts';
export type { Fetch, FindOptions, HostMetaFile, HostMetaFiles } from './find.ts';
export { connectionUrl, NS_ALT_CONNECTIONS, NS_XRD, parseHostMetaJson, parseHostMetaXml } from './host-meta.ts';
export type { AlternativeConnection } from './host-meta.ts';
