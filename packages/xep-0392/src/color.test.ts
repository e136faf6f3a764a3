import { parseJid } from '@xeps/core/jid';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestColor, colorAngle, colorOf, contrastRatio, huePalette, lightnessOn } from './index.ts';

const hexOf = (...components: readonly number[]): string =>
  `#${components
    .map((c) =>
      Math.round(c * 255)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

const vectors = [
  ['Romeo', 327.255249, hexOf(0.865, 0, 0.686), hexOf(1, 0, 0.8)],
  ['juliet@capulet.lit', 209.4104, hexOf(0, 0.515, 0.573), hexOf(0, 0.8, 1)],
  ['😺', 331.199341, hexOf(0.872, 0, 0.659), hexOf(1, 0.4, 0.8)],
  ['council', 359.994507, hexOf(0.918, 0, 0.394), hexOf(0.8, 0.2, 0.4)],
  ['Board', 171.430664, hexOf(0, 0.527, 0.457), hexOf(0, 1, 0.8)],
] as const;

const steps = [0, 0.2, 0.4, 0.6, 0.8, 1];
const webSafe = steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => hexOf(r, g, b))));

describe.each(vectors)('§13 %s', (text, angle, rgb, closest) => {
  it('§5.1 has its angle', () => expect(colorAngle(text)).toBeCloseTo(angle, 6));
  it('§5.2 has its color', () => expect(colorOf(text)).toBe(rgb));
  it('§5.4 has its color of the palette', () => expect(closestColor(huePalette(webSafe), angle)).toBe(closest));
});

it('§6.2 an address is prepared first', () => {
  expect(colorOf(parseJid('Juliet@CAPULET.lit'))).toBe(colorOf('juliet@capulet.lit'));
  expect(colorOf('Juliet@CAPULET.lit')).not.toBe(colorOf('juliet@capulet.lit'));
});

it('§5.2 saturation and lightness are the application’s', () => {
  expect(colorOf('Romeo', { saturation: 0 })).toMatch(/^#(..)\1\1$/);
  expect(colorOf('Romeo', { lightness: 0 })).toBe('#000000');
  expect(colorOf('Romeo', { lightness: 100 })).toBe('#ffffff');
});

describe('§5.3', () => {
  it('leaves grays out, and keeps 210 colors’ hues', () => {
    const palette = huePalette(webSafe);
    expect([...palette.values()]).not.toContain('#999999');
    expect(palette.get(327)).toBe('#ff00cc');
    expect(huePalette(['#777777', '#000000']).size).toBe(0);
  });

  it('of one hue takes the lightness closest to 73.2, in any order', () => {
    const reds = ['#330000', '#ff0000', '#110000'];
    expect([...huePalette(reds).values()]).toEqual(['#ff0000']);
    expect([...huePalette([...reds].reverse()).values()]).toEqual(['#ff0000']);
  });

  it('§5.4 goes round the circle, and an empty palette has nothing', () => {
    const palette = new Map([
      [10, '#aa0000'],
      [180, '#00aa00'],
    ]);
    expect(closestColor(palette, 350)).toBe('#aa0000');
    expect(closestColor(palette, 170)).toBe('#00aa00');
    expect(closestColor(new Map(), 1)).toBeUndefined();
  });

  it('is the closest by the letter of §5.4', () => {
    const hues = fc.uniqueArray(fc.integer({ min: 0, max: 360 }), { minLength: 1 });
    fc.assert(
      fc.property(hues, fc.float({ min: 0, max: Math.fround(359.99), noNaN: true }), (angles, alpha) => {
        const found = Number(closestColor(new Map(angles.map((angle) => [angle, String(angle)])), alpha));
        const distance = (beta: number): number => Math.min(Math.abs(alpha - beta), 360 - Math.abs(alpha - beta));
        if (!angles.includes(Math.round(alpha))) {
          for (const beta of angles) expect(distance(found)).toBeLessThanOrEqual(distance(beta) + 1e-9);
        }
      }),
    );
  });
});

describe('§7 contrast', () => {
  it.each([
    ['#ffffff', '#000000', 21],
    ['#000000', '#FFFFFF', 21],
    ['#777777', '#777777', 1],
    ['#767676', '#ffffff', 4.54],
    ['#ff0000', '#ffffff', 4],
  ])('of %s and %s is %d', (one, other, ratio) => expect(contrastRatio(one, other)).toBeCloseTo(ratio, 1));

  const names = Array.from({ length: 2000 }, (_, i) => `nick ${i}`);
  it.each([
    '#ffffff',
    '#fafafa',
    '#e5ddd5',
    '#000000',
    '#121212',
    '#303030',
    '#2b5278',
    '#ffeb3b',
    '#777777',
    '#0000ff',
  ])('every text can be read on %s', (background) => {
    for (const saturation of [100, 60]) {
      const worst = Math.min(
        ...names.map((name) => contrastRatio(colorOf(name, { background, saturation }), background)),
      );
      expect(worst).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('on any background, any ratio that it can have', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, fc.integer({ min: 10, max: 150 }), fc.string(), (r, g, b, tenths, text) => {
        const background = hexOf(r / 255, g / 255, b / 255);
        const contrast = tenths / 10;
        const most = Math.max(contrastRatio(background, '#000000'), contrastRatio(background, '#ffffff'));
        const got = contrastRatio(colorOf(text, { background, contrast }), background);
        // Close to black and white no room for the rounding is left.
        expect(got).toBeGreaterThanOrEqual(Math.min(contrast, most - 0.5));
      }),
      { numRuns: 2000 },
    );
  });

  it('where nothing will do it is as far away as can be', () => {
    expect(lightnessOn('#777777', 21)).toBe(0);
    expect(lightnessOn('#555555', 21)).toBe(100);
  });
});

it.each(['', 'red', '#fff', '#gggggg', '#ffffff0', `#${'f'.repeat(100_000)}`])('%s is no color', (text) => {
  expect(() => contrastRatio(text, '#ffffff')).toThrow(RangeError);
  expect(() => colorOf('x', { background: text })).toThrow('not a color such as #c0ffee');
  expect(() => huePalette([text])).toThrow(RangeError);
});
