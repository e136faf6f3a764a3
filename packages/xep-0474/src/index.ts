/**
 * XEP-0474 SASL SCRAM Downgrade Protection: the client notices when somebody between it and the server changed the list
 * of ways to sign in, before it proves anything.
 *
 * @packageDocumentation
 */
export { hashOffer, scramDowngradeProtection } from './downgrade-protection.ts';
