/**
 * XEP-0515 TLS Channel-Binding Downgrade Protection: the client notices when its TLS ends at somebody else, because the
 * server sees another version of TLS, before it proves anything.
 *
 * @packageDocumentation
 */
export { tlsDowngradeProtection } from './tls-downgrade-protection.ts';
