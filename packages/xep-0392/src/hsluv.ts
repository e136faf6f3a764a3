import { Hsluv } from 'hsluv';

/** A color in the HSLuv space: the hue in degrees, saturation and lightness from 0 to 100. */
export interface HsluvColor {
  readonly hue: number;
  readonly saturation: number;
  readonly lightness: number;
}

/** `#rrggbb` of a color. */
export function toHex({ hue, saturation, lightness }: HsluvColor): string {
  const converter = new Hsluv();
  converter.hsluv_h = hue;
  converter.hsluv_s = saturation;
  converter.hsluv_l = lightness;
  converter.hsluvToHex();
  return converter.hex;
}

/** A color from `#rrggbb`. Throws `RangeError` for a text that is none. */
export function fromHex(hex: string): HsluvColor {
  const converter = new Hsluv();
  converter.hex = checkHex(hex);
  converter.hexToHsluv();
  return { hue: converter.hsluv_h, saturation: converter.hsluv_s, lightness: converter.hsluv_l };
}

/** The same text in lower case. Throws `RangeError` for one that is no `#rrggbb`. */
export function checkHex(hex: string): string {
  if (/^#[\da-f]{6}$/i.test(hex)) return hex.toLowerCase();
  throw new RangeError(`not a color such as #c0ffee: ${JSON.stringify(hex.slice(0, 40))}`);
}
