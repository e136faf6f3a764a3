import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commentFilter } from './comments.ts';

function filtered(...pieces: readonly string[]): string {
  const filter = commentFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
}

it.for([
  ['<a><!-- b --><c/></a>', '<a><c/></a>'],
  ['<a>x<!----></a>', '<a>x</a>'],
  ['<a><!-- 1\n2\n3 --></a>', '<a>\n\n</a>'],
  ['<a><![CDATA[<!-- kept -->]]></a>', '<a><![CDATA[<!-- kept -->]]></a>'],
  ['<!DOCTYPE a><a/>', '<!DOCTYPE a><a/>'],
  ['<a/><!-- open', '<a/><!--'],
  ['<a><!-- - -- > --></a>', '<a></a>'],
  ['<a><![CDATA[ ]] ]>]]><!--x--></a>', '<a><![CDATA[ ]] ]>]]></a>'],
  ['<a/><', '<a/><'],
  ['<a/><!', '<a/><!'],
] as const)('%s', ([text, expected]) => {
  expect(filtered(text)).toBe(expected);
});

it('any division of the text gives the same', () => {
  const parts = ['<a>', '</a>', '<!--', '-->', '-', '<![CDATA[', ']]>', ']', '<', '!', 'x', '\n'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts)), (pieces) => {
      expect(filtered(...pieces)).toBe(filtered(pieces.join('')));
      expect(filtered(...pieces.join(''))).toBe(filtered(pieces.join('')));
    }),
  );
});

it('takes time in proportion, and little memory, for a comment that never ends', () => {
  const filter = commentFilter();
  filter.push('<!--');
  for (let i = 0; i < 20_000; i++) expect(filter.push('x'.repeat(100))).toBe('');
  expect(filter.end()).toBe('<!--');
});
