// The examples printed in the specifications, through decode and encode.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeStream } from '../src/lines/decode-stream.ts';
import { encodeStream } from '../src/lines/encode-stream.ts';
import type { Line } from '../src/lines/line.ts';

// Of the specifications that decode knows, those with examples; RFC 6121's elements are in all of them.
const specifications = [
  '0004', '0030', '0059', '0066', '0068', '0077', '0085', '0092', '0106', '0115', '0128', '0156', '0184', '0198', '0199', '0202', '0203',
  '0280', '0297', '0313', '0334', '0359', '0363', '0441',
];

interface Example {
  readonly caption: string;
  readonly wellFormed: boolean;
  readonly xml: string;
}
interface Known {
  readonly spec: string;
  readonly caption: string;
  readonly reason: string;
}

/** The collection stands beside the repository, where there is one. */
const folder = new URL('../../../../shared/xep-examples/', import.meta.url);
const known = JSON.parse(readFileSync(new URL('known-examples.json', import.meta.url), 'utf8')) as readonly Known[];

async function collect(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}
async function* pieces(text: string): AsyncGenerator<string> {
  yield text;
}
const decode = (xml: string): Promise<string> => collect(decodeStream(pieces(xml)));
const encode = (lines: string): Promise<string> => collect(encodeStream(pieces(lines)));
const errorsIn = (lines: string): unknown[] => lines.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as Line).errors));

for (const spec of existsSync(folder) ? specifications : []) {
  const { examples } = JSON.parse(readFileSync(new URL(`${spec}.json`, folder), 'utf8')) as { readonly examples: readonly Example[] };
  describe(`XEP-${spec}`, () => {
    const captions = new Set<string>();
    for (const [index, { caption, wellFormed, xml: printed }] of examples.entries()) {
      if (!wellFormed) continue;
      captions.add(caption);
      // Comments are the authors' remarks; streams have none (RFC 6120 §11.1).
      const xml = printed.replaceAll(/<!--.*?-->/gs, '');
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
      expect(known.filter((entry) => entry.spec === spec && !captions.has(entry.caption))).toEqual([]);
    });
  });
}

it('the examples that are known to be wrong are of these specifications', () => {
  expect(known.filter(({ spec }) => !specifications.includes(spec))).toEqual([]);
});
