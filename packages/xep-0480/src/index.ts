/**
 * XEP-0480: SASL Upgrade Tasks. Gives a server what it needs to offer a better SCRAM the next time, while signing in and
 * without telling it the password, as a task of `@xeps/xep-0388`.
 *
 * @packageDocumentation
 */
export { NS_SASL_UPGRADE, NS_SCRAM_UPGRADE } from './namespaces.ts';
export { scramUpgrades } from './scram-upgrades.ts';
export type { ScramUpgradeHash, ScramUpgradesOptions } from './scram-upgrades.ts';
