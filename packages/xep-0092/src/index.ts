/**
 * XEP-0092: Software Version. Asks which software somebody uses, and tells which one this is.
 *
 * @packageDocumentation
 */
export { getSoftwareVersion } from './actions.ts';
export { version } from './plugin.ts';
export type { VersionApi } from './plugin.ts';
export { NS_VERSION, softwareVersion, versionQuery, versionRequest } from './schema.ts';
export type { SoftwareVersion } from './schema.ts';
