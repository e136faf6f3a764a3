/**
 * XEP-0426: Character counting in message bodies. Counts characters as other specifications do: in Unicode code points.
 *
 * @packageDocumentation
 */
export { codePointIndex, codePointLength, sliceCodePoints } from './code-points.ts';
export type { CodePointIndex } from './code-points.ts';
