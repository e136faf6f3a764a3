import { CodecError } from '@xeps/core/schema';
import { roundTrip, xml } from '@xeps/core/testing';
import type { ListItem, StyledBlock, StyledInline } from '@xeps/xep-0393';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markup, markupBlocks, markupFor, NS_MARKUP } from './index.ts';
import type { MarkupInput } from './index.ts';

type Node = StyledBlock | StyledInline | ListItem;

/** A short form to read and to compare. */
function show(body: string, input: MarkupInput | readonly Node[]): string {
  const nodes: readonly Node[] = 'map' in input ? input : markupBlocks(body, input);
  return nodes
    .map((node) => {
      if (!('children' in node)) return body.slice(node.start, node.end);
      const inner = show(body, node.children);
      if (node.type === 'plain') return `[${inner}]`;
      if (node.type === 'pre') return `pre${node.info === undefined ? '' : `(${node.info})`}{${inner}}`;
      if (node.type === 'quote') return `q${node.depth}{${inner}}`;
      if (node.type === 'list') return `${node.ordered ? 'ol' : 'ul'}{${inner}}`;
      return node.type === 'item' ? `li{${inner}}` : `${node.type}(${inner})`;
    })
    .join('')
    .replaceAll('\n', '⏎');
}

// The specification's examples; it prints them without captions.
const examples = [
  [
    '§4.1 inline markup',
    'There is really no reason to worry.',
    '<span start="9" end="15"><emphasis/></span>',
    '[There is emphasis(really) no reason to worry.]',
  ],
  [
    '§4.2 code blocks',
    'Just run this command:\n$ cowsay XMPP is awesome.',
    '<bcode start="23" end="48" language="bash"/>',
    '[Just run this command:⏎]pre(bash){$ cowsay XMPP is awesome.}',
  ],
  [
    '§4.3 itemized lists',
    'This XEP supports many things:\n* inline markup\n* code blocks\n* lists\n* and possibly more!',
    '<list start="31" end="89" ordered="false"><li start="31"/><li start="47"/><li start="61"/><li start="69"/></list>',
    '[This XEP supports many things:⏎]ul{li{[* inline markup⏎]}li{[* code blocks⏎]}li{[* lists⏎]}li{[* and possibly more!]}}',
  ],
  [
    '§4.4 block quotes',
    'He said:\n> Thou shalt not pass!\nand raised his hand.',
    '<bquote start="9" end="32"/>',
    '[He said:⏎]q1{[> Thou shalt not pass!⏎]}[and raised his hand.]',
  ],
  [
    '§4.4 nested quotations',
    "> He said:\n>> Thou shalt not pass!\n> and raised his hand.\n\nIsn't this from some famous movie?",
    '<bquote start="0" end="57"/><bquote start="11" end="34"/>',
    "q1{[> He said:⏎]q2{[>> Thou shalt not pass!]}[⏎> and raised his hand.]}[⏎⏎Isn't this from some famous movie?]",
  ],
] as const;

describe.each(examples)('%s', (_title, body, children, expected) => {
  it('text and value are the same thing', () => {
    const { input, output } = roundTrip(markup, `<markup xmlns="${NS_MARKUP}">${children}</markup>`);
    expect(output).toBe(input.replace(' ordered="false"', ''));
  });

  it('gives the blocks', () => {
    const message = xml(`<message><body/><markup xmlns="${NS_MARKUP}">${children}</markup></message>`);
    const value = markupFor(message)!;
    expect(show(body, value)).toBe(expected);
  });
});

describe('§4.1 spans', () => {
  const body = 'abcdefghij';
  it.each<[string, MarkupInput['spans'], string]>([
    ['of one kind', [{ start: 0, end: 2, strong: true }], '[strong(ab)cdefghij]'],
    ['of another', [{ start: 0, end: 2, deleted: true }], '[strike(ab)cdefghij]'],
    ['of several', [{ start: 0, end: 2, code: true, emphasis: true }], '[emphasis(code(ab))cdefghij]'],
    [
      'of no kind',
      [
        { start: 0, end: 2 },
        { start: 1, end: 3, code: true },
      ],
      '[acode(bc)defghij]',
    ],
    ['to the end', [{ start: 9, end: 10, code: true }], '[abcdefghicode(j)]'],
    [
      'in another order',
      [
        { start: 5, end: 6, code: true },
        { start: 1, end: 2, strong: true },
      ],
      '[astrong(b)cdecode(f)ghij]',
    ],
    [
      '§5 overlapping',
      [
        { start: 0, end: 4, code: true },
        { start: 2, end: 6, strong: true },
      ],
      '[code(abcd)efghij]',
    ],
    [
      '§5 inside of each other',
      [
        { start: 0, end: 4, code: true },
        { start: 0, end: 2, strong: true },
      ],
      '[code(abcd)efghij]',
    ],
    ['empty', [{ start: 3, end: 3, code: true }], '[abcdefghij]'],
    ['the wrong way round', [{ start: 3, end: 1, code: true }], '[abcdefghij]'],
    ['beyond the end', [{ start: 9, end: 11, code: true }], '[abcdefghij]'],
    ['far beyond the end', [{ start: 90, end: Number.MAX_SAFE_INTEGER, code: true }], '[abcdefghij]'],
    ['no whole numbers', [{ start: 0.5, end: 1.5, code: true }], '[abcdefghij]'],
    ['negative', [{ start: -1, end: 1, code: true }], '[abcdefghij]'],
  ])('%s', (_title, spans, expected) => {
    expect(show(body, { spans })).toBe(expected);
  });

  it('are counted in code points', () => {
    expect(show('🧛🏾 bites', { spans: [{ start: 3, end: 8, strong: true }] })).toBe('[🧛🏾 strong(bites)]');
    expect(show('🧛🏾 bites', { spans: [{ start: 0, end: 2, strong: true }] })).toBe('[strong(🧛🏾) bites]');
  });
});

describe('§4.2–4.4 blocks', () => {
  const body = 'abcdefghij';
  const items = (...starts: number[]): { start: number }[] => starts.map((start) => ({ start }));
  it.each<[string, MarkupInput, string]>([
    ['the whole body', { quotes: [{ start: 0, end: 10 }] }, 'q1{[abcdefghij]}'],
    [
      'a span in one',
      { quotes: [{ start: 2, end: 6 }], spans: [{ start: 3, end: 4, code: true }] },
      '[ab]q1{[ccode(d)ef]}[ghij]',
    ],
    [
      'a span as long as one',
      { code: [{ start: 2, end: 4 }], spans: [{ start: 2, end: 4, deleted: true }] },
      '[ab]pre{strike(cd)}[efghij]',
    ],
    [
      '§5 a span across a boundary',
      { quotes: [{ start: 2, end: 6 }], spans: [{ start: 1, end: 4, code: true }] },
      '[ab]q1{[cdef]}[ghij]',
    ],
    [
      '§5 a span around one',
      { quotes: [{ start: 2, end: 6 }], spans: [{ start: 1, end: 8, code: true }] },
      '[ab]q1{[cdef]}[ghij]',
    ],
    [
      '§5 overlapping',
      {
        quotes: [
          { start: 2, end: 6 },
          { start: 4, end: 8 },
        ],
      },
      '[ab]q1{[cdef]}[ghij]',
    ],
    [
      'two next to each other',
      { quotes: [{ start: 2, end: 4 }], code: [{ start: 4, end: 6 }] },
      '[ab]q1{[cd]}pre{ef}[ghij]',
    ],
    [
      'two alike',
      {
        quotes: [
          { start: 0, end: 4 },
          { start: 0, end: 4 },
        ],
      },
      'q1{q2{[abcd]}}[efghij]',
    ],
    [
      'code in a quotation',
      { quotes: [{ start: 0, end: 4 }], code: [{ start: 1, end: 4 }] },
      'q1{[a]pre{bcd}}[efghij]',
    ],
    [
      'a quotation in code is none',
      { quotes: [{ start: 1, end: 2 }], code: [{ start: 0, end: 4 }] },
      'pre{abcd}[efghij]',
    ],
    [
      'an ordered list',
      { lists: [{ start: 0, end: 4, ordered: true, items: items(0, 2) }] },
      'ol{li{[ab]}li{[cd]}}[efghij]',
    ],
    [
      'a list in an item',
      {
        lists: [
          { start: 0, end: 4, items: items(0, 2) },
          { start: 2, end: 4, items: items(2) },
        ],
      },
      'ul{li{[ab]}li{ul{li{[cd]}}}}[efghij]',
    ],
    [
      'a quotation around a list',
      { quotes: [{ start: 0, end: 4 }], lists: [{ start: 0, end: 4, items: items(0, 2) }] },
      'q1{ul{li{[ab]}li{[cd]}}}[efghij]',
    ],
    [
      'a quotation as long as an item',
      { quotes: [{ start: 0, end: 2 }], lists: [{ start: 0, end: 4, items: items(0, 2) }] },
      'ul{li{q1{[ab]}}li{[cd]}}[efghij]',
    ],
    [
      '§5 a quotation across items',
      { quotes: [{ start: 1, end: 3 }], lists: [{ start: 0, end: 4, items: items(0, 2) }] },
      'ul{li{[ab]}li{[cd]}}[efghij]',
    ],
    ['§4.3 no first item', { lists: [{ start: 0, end: 4, items: items(1, 2) }] }, '[abcdefghij]'],
    ['no items', { lists: [{ start: 0, end: 4 }] }, '[abcdefghij]'],
    [
      'items out of place',
      { lists: [{ start: 2, end: 6, items: items(4, 0, 2, 2, 6, 99) }] },
      '[ab]ul{li{[cd]}li{[ef]}}[ghij]',
    ],
    [
      'out of range',
      {
        quotes: [{ start: 0, end: 11 }],
        code: [{ start: 5, end: 5 }],
        lists: [{ start: 10, end: 12, items: items(10) }],
      },
      '[abcdefghij]',
    ],
    ['nothing', {}, '[abcdefghij]'],
  ])('%s', (_title, input, expected) => {
    expect(show(body, input)).toBe(expected);
  });

  it('an empty body has no blocks', () => {
    expect(markupBlocks('', { quotes: [{ start: 0, end: 0 }], spans: [{ start: 0, end: 1, code: true }] })).toEqual([]);
  });
});

describe('§5, §8 which markup', () => {
  const mark = (inner: string, attrs = ''): string => `<markup xmlns='${NS_MARKUP}' ${attrs}>${inner}</markup>`;

  it('passes over what it doesn’t know, and what is broken', () => {
    const message = xml(
      `<message><body/>${mark(
        `<spoiler start='0' end='1'/><span start='x' end='1'><code/></span><span end='1'><code/></span>
         <span start='0' end='1' color='red'><code/><blink/></span><span xmlns='urn:other' start='2' end='3'/>
         <list start='0' end='1' ordered='maybe'><li start='0'/></list><list start='1' end='2'><li start='1'/><li/></list>`,
      )}</message>`,
    );
    expect(show('abc', markupFor(message)!)).toBe('[code(a)]ul{li{[b]}}[c]');
  });

  it('is that in the language of the body', () => {
    const bodies = mark(`<bquote start='0' end='1'/>`) + mark(`<bcode start='0' end='1'/>`, `xml:lang='de'`);
    const message = xml(`<message xml:lang='en'>${bodies}</message>`);
    expect(show('a', markupFor(message)!)).toBe('q1{[a]}');
    expect(show('a', markupFor(message, '')!)).toBe('q1{[a]}');
    expect(show('a', markupFor(message, 'EN')!)).toBe('q1{[a]}');
    expect(show('a', markupFor(message, 'de')!)).toBe('pre{a}');
    expect(markupFor(message, 'fr')).toBeUndefined();
    expect(markupFor(xml('<message><body>a</body></message>'))).toBeUndefined();
  });

  it('what is encoded is strict', () => {
    expect(() => markup.encode({ spans: [{ start: -1, end: 2, code: true }] })).toThrow(CodecError);
    expect(() => markup.encode({ quotes: [{ start: 0.5, end: 2 }] })).toThrow(CodecError);
  });
});

it('whatever the markup, the leaves are the body again, in blocks that hold each other', () => {
  const offset = fc.integer({ min: 0, max: 22 });
  const range = fc.record({ start: offset, end: offset });
  const input: fc.Arbitrary<MarkupInput> = fc.record({
    spans: fc.array(fc.record({ start: offset, end: offset, code: fc.boolean(), strong: fc.boolean() }), {
      maxLength: 6,
    }),
    code: fc.array(range, { maxLength: 3 }),
    quotes: fc.array(range, { maxLength: 5 }),
    lists: fc.array(
      fc
        .record({ start: offset, end: offset, items: fc.array(fc.record({ start: offset }), { maxLength: 4 }) })
        .map((list) => ({ ...list, items: [{ start: list.start }, ...list.items] })),
      { maxLength: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '🧛', '\n'), maxLength: 20 }), input, (body, marks) => {
      let at = 0;
      const walk = (nodes: readonly Node[], start: number, end: number): void => {
        for (const node of nodes) {
          if (node.start < start || node.end > end || node.end <= node.start) throw new Error('outside of its parent');
          if ('children' in node) walk(node.children, node.start, node.end);
          else if (node.start === at) at = node.end;
          else throw new Error(`a leaf from ${node.start} after ${at}`);
        }
      };
      walk(markupBlocks(body, marks), 0, body.length);
      expect(at).toBe(body.length);
    }),
    { numRuns: 2000 },
  );
});

it('is bounded in depth and number', () => {
  const quotes = Array.from({ length: 100_000 }, (_, i) => ({ start: i, end: 200_000 - i }));
  let depth = 0;
  const walk = (nodes: readonly Node[], level: number): void => {
    depth = Math.max(depth, level);
    for (const node of nodes) if ('children' in node) walk(node.children, level + 1);
  };
  walk(markupBlocks('a'.repeat(200_000), { quotes }), 0);
  expect(depth).toBe(32 + 1);
  const spans = Array.from({ length: 100_000 }, (_, i) => ({ start: i, end: i + 1, code: true }));
  const [plain] = markupBlocks('a'.repeat(100_000), { spans });
  expect(plain?.children.length).toBe(1000 + 1);
});
