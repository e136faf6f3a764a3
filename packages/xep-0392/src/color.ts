import { sha1 } from '@noble/hashes/legacy.js';
import type { Jid } from '@xeps/core/jid';
import { lightnessOn } from './contrast.ts';
import { toHex } from './hsluv.ts';

/** How the color of a text should be (§5.2); its hue is given by the text. */
export interface ColorOptions {
  /** `#rrggbb` of what the color stands on: the lightness is then chosen so that it can be read there (§7). */
  readonly background?: string | undefined;
  /** WCAG 2 contrast ratio to the background, from 1 to 21; 4.5 when left out, which is what text needs. */
  readonly contrast?: number | undefined;
  /** From 0 to 100; 100 when left out. */
  readonly saturation?: number | undefined;
  /** From 0 to 100, where no background is given; 50 when left out. */
  readonly lightness?: number | undefined;
}

/**
 * The hue of a text (§5.1), in degrees from 0 to below 360: a nickname, or an address, which has to be a prepared one
 * (§6.2): a `Jid`, the bare one unless devices are to differ. Different texts may well have the same hue (§8).
 */
export function colorAngle(text: Jid | string): number {
  const [low = 0, high = 0] = sha1(new TextEncoder().encode(String(text)));
  return ((low + 256 * high) / 65_536) * 360;
}

/**
 * The color of a text as `#rrggbb` (§3.1): without options at the saturation and lightness of the specification's test
 * vectors. Throws `RangeError` when the background is no `#rrggbb`.
 *
 * @example
 * ```ts
 * import { colorOf } from '@xeps/xep-0392';
 *
 * const onWhite = colorOf('Romeo', { background: '#ffffff' });
 * const onDark = colorOf('Romeo', { background: '#121212' });
 * ```
 */
export function colorOf(text: Jid | string, options: ColorOptions = {}): string {
  const { background, contrast, saturation = 100, lightness = 50 } = options;
  return toHex({
    hue: colorAngle(text),
    saturation,
    lightness: background === undefined ? lightness : lightnessOn(background, contrast),
  });
}
