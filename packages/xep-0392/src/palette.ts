import { checkHex, fromHex } from './hsluv.ts';

/** §5.3: the lightness that is preferred among colors of one hue. */
const PREFERRED_LIGHTNESS = 73.2;

/** §5.3: the colors of a palette by hue, in whole degrees from 0 to 360. */
export type HuePalette = ReadonlyMap<number, string>;

/**
 * Sorts colors `#rrggbb` by hue (§5.3), for where no others may be shown. Grays have none and are left out; of several
 * colors of one hue the one stays whose lightness is the best. Throws `RangeError` for what is no such color.
 */
export function huePalette(colors: Iterable<string>): HuePalette {
  const best = new Map<number, { readonly hex: string; readonly distance: number }>();
  for (const color of colors) {
    const hex = checkHex(color);
    if (hex.slice(1, 3) === hex.slice(3, 5) && hex.slice(3, 5) === hex.slice(5)) continue;
    const { hue, lightness } = fromHex(hex);
    const angle = Math.round(hue);
    const distance = Math.abs(lightness - PREFERRED_LIGHTNESS);
    const present = best.get(angle);
    if (present === undefined || distance < present.distance) best.set(angle, { hex, distance });
  }
  return new Map([...best].map(([angle, { hex }]) => [angle, hex]));
}

/** The color of a palette whose hue is the closest to an angle in degrees (§5.4); `undefined` when it has no color. */
export function closestColor(palette: HuePalette, angle: number): string | undefined {
  const exact = palette.get(Math.round(angle));
  if (exact !== undefined) return exact;
  let closest: string | undefined;
  let least = Infinity;
  for (const [hue, color] of palette) {
    const distance = Math.min(turn(angle - hue), turn(hue - angle));
    if (distance >= least) continue;
    least = distance;
    closest = color;
  }
  return closest;
}

/** An angle, from 0 to below 360. */
function turn(angle: number): number {
  return ((angle % 360) + 360) % 360;
}
