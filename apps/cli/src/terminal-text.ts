/** Text with styles, for terminals that show them. */
import { visible } from './visible.ts';

/** How a part of a line looks. */
export type Style = 'bold' | 'dim' | 'italic' | 'strike' | 'code' | 'found';

/** A part of a line in one look. The text may be what strangers wrote: it is made harmless when it is rendered. */
export interface Span {
  readonly text: string;
  readonly styles?: readonly Style[] | undefined;
  /** `#rrggbb` */
  readonly color?: string | undefined;
}

/** A line, without its end. */
export type Line = readonly Span[];

/** Select Graphic Rendition (ECMA-48 §8.3.117). */
const codes: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  italic: '3',
  strike: '9',
  code: '36',
  found: '1;4',
};

/**
 * Lines as a terminal of this depth of colour shows them, each with a line feed; of depth 1 without styles. No control
 * character of a text gets through.
 */
export function render(lines: readonly Line[], depth: number): string {
  return lines.map((line) => `${line.map((span) => renderSpan(span, depth)).join('')}\n`).join('');
}

function renderSpan({ text, styles = [], color }: Span, depth: number): string {
  const shown = visible(text).replaceAll(/[\n\u2028\u2029]/g, ' ');
  if (depth < 2 || shown === '') return shown;
  const looks = styles.map((style) => codes[style]);
  if (color !== undefined) looks.push(...colorCodes(color, depth));
  return looks.length === 0 ? shown : `\x1b[${looks.join(';')}m${shown}\x1b[0m`;
}

function colorCodes(color: string, depth: number): string[] {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  if (depth >= 24) return [`38;2;${parts.join(';')}`];
  // The cube of 6 × 6 × 6 colours begins at 16. The 16 colours below are what the person has made of them.
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Math.round((part / 255) * 5));
  return depth >= 8 ? [`38;5;${16 + 36 * red + 6 * green + blue}`] : [];
}
