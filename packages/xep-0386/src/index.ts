/**
 * XEP-0386: Bind 2. Binds an address in the same step as signing in, and enables features with it, so that nothing can
 * come in between.
 *
 * @packageDocumentation
 */
export { bind2 } from './bind2.ts';
export type { Bind2Options } from './bind2.ts';
export { NS_BIND2 } from './namespace.ts';
