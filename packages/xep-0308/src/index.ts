/**
 * XEP-0308: Last Message Correction. Sends a corrected message in place of an earlier one, and says which corrections count.
 *
 * @packageDocumentation
 */
export { sendCorrection } from './actions.ts';
export type { OutgoingCorrection } from './actions.ts';
export { corrections } from './plugin.ts';
export { correctableOf, correctionOf, mayCorrect } from './rules.ts';
export type { CorrectableMessage, MessageCorrection } from './rules.ts';
export { correction, NS_CORRECTION } from './schema.ts';
export type { Correction, CorrectionInput } from './schema.ts';
