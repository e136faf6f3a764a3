/**
 * XEP-0392: Consistent Color Generation. The same color for the same name or address in every client, readable on any
 * background.
 *
 * @packageDocumentation
 */
export { colorAngle, colorOf } from './color.ts';
export type { ColorOptions } from './color.ts';
export { contrastRatio, lightnessOn } from './contrast.ts';
export { closestColor, huePalette } from './palette.ts';
export type { HuePalette } from './palette.ts';
