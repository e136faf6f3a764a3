// The examples printed in the specifications, through decode and encode.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Line } from '../src/lines/line.ts';
import { haveExamples, printedExamples, specifications } from './printed-examples.ts';
import { decode, encode } from './through.ts';

interface Known {
  readonly spec: string;
  readonly caption: string;
  readonly reason: string;
}

/** Examples that are wrong as printed: they must fail, so that the list stays true. */
const known = JSON.parse(readFileSync(new URL('known-examples.json', import.meta.url), 'utf8')) as readonly Known[];

const errorsIn = (lines: string): unknown[] =>
  lines.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Line).errors));

for (const spec of specifications) {
  describe(`XEP-${spec}`, () => {
    const captions = new Set<string>();
    for (const [index, { caption, wellFormed, xml }] of printedExamples(spec).entries()) {
      if (!wellFormed) continue;
      captions.add(caption);
      const check = async (): Promise<void> => {
        const lines = await decode(xml);
        expect(lines).not.toBe('');
        expect(await decode(await encode(lines))).toBe(lines);
        expect(errorsIn(lines)).toEqual([]);
      };
      const reason = known.find((entry) => entry.spec === spec && entry.caption === caption)?.reason;
      const title = `${index + 1}. ${caption}`;
      if (reason === undefined) it(title, check);
      else it(`${title} is wrong as printed: ${reason}`, () => expect(check()).rejects.toThrow());
    }
    it('has the examples that are known to be wrong', () => {
      const gone = known.filter((entry) => entry.spec === spec && !captions.has(entry.caption));
      expect(haveExamples() ? gone : []).toEqual([]);
    });
  });
}

it('the examples that are known to be wrong are of these specifications', () => {
  expect(known.filter(({ spec }) => !specifications.includes(spec))).toEqual([]);
});
