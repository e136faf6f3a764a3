import { checkHex } from './hsluv.ts';

/** How far components rounded to 8 bits can lead away from a lightness. */
const ROUNDING = 0.6;

/**
 * The WCAG 2 contrast ratio of two colors `#rrggbb`, from 1 (the same luminance) to 21 (black and white). Text should have
 * 4.5, large text and signs 3. Throws `RangeError` for what is no such color.
 */
export function contrastRatio(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * The HSLuv lightness, from 0 to 100, at which every hue has that contrast ratio to a background (§7): below the background
 * where there is room for it, as on white, else above. Where neither will do, black or white, whichever is further away.
 * Throws `RangeError` when the background is no `#rrggbb`.
 */
export function lightnessOn(background: string, contrast = 4.5): number {
  const own = luminance(background) + 0.05;
  // HSLuv's lightness is a function of the luminance alone (CIE 1976 L*), which makes this possible.
  const below = own / contrast - 0.05;
  if (below > 0) {
    const lightness = lightnessOfLuminance(below) - ROUNDING;
    if (lightness > 0) return lightness;
  }
  const above = own * contrast - 0.05;
  const lightness = above >= 1 ? 100 : lightnessOfLuminance(above) + ROUNDING;
  if (lightness < 100) return lightness;
  return own * own > 1.05 * 0.05 ? 0 : 100;
}

/** CIE 1976 L* of a relative luminance. */
function lightnessOfLuminance(y: number): number {
  return y <= 216 / 24_389 ? (y * 24_389) / 27 : 116 * Math.cbrt(y) - 16;
}

/** WCAG 2: relative luminance, from 0 to 1. */
function luminance(hex: string): number {
  const number = Number.parseInt(checkHex(hex).slice(1), 16);
  const [r, g, b] = [number >> 16, (number >> 8) & 255, number & 255].map((component) => {
    const c = component / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
