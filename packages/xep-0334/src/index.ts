/**
 * XEP-0334: Message Processing Hints. Tells servers whether to store and to copy a message.
 *
 * @packageDocumentation
 */
export { addHints, hintsOf } from './actions.ts';
export { hint, NS_HINTS } from './schema.ts';
export type { Hint } from './schema.ts';
