import { xml } from '@xeps/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_STYLING, parseStyling, styledBody } from './index.ts';
import type { ListItem, StyledBlock, StyledInline, StyledLeaf } from './index.ts';

type Node = StyledBlock | StyledInline | ListItem;

/** A short form to read and to compare: directives in ‹›, spans in their letter and brackets, blocks on their own. */
function show(body: string, nodes: readonly Node[] = parseStyling(body)): string {
  return nodes
    .map((node) => {
      const text = body.slice(node.start, node.end);
      if (node.type === 'text') return text;
      if (node.type === 'directive') return `‹${text}›`;
      const inner = show(body, node.children);
      if (node.type === 'plain') return `[${inner}]`;
      if (node.type === 'pre') return `pre${node.info === undefined ? '' : `(${node.info})`}{${inner}}`;
      if (node.type === 'quote') return `q${node.depth}{${inner}}`;
      return `${node.type}(${inner})`;
    })
    .join('')
    .replaceAll('\n', '⏎');
}

function leaves(nodes: readonly Node[]): StyledLeaf[] {
  return nodes.flatMap((node) => ('children' in node ? leaves(node.children) : [node]));
}

describe('§6.1 blocks', () => {
  it.each([
    ['', ''],
    ['one\nand two', '[one⏎][and two]'],
    ['\n\n', '[⏎][⏎]'],
    [
      'There are three blocks in this body, one per line,\nbut there is no *formatting\nas spans* may not escape blocks.',
      '[There are three blocks in this body, one per line,⏎][but there is no *formatting⏎][as spans* may not escape blocks.]',
    ],
  ])('§6.1.1 %j', (body, expected) => {
    expect(show(body)).toBe(expected);
  });

  it.each([
    [
      '```ignored\n(println "Hello, world!")\n```\n\nThis should show up as monospace, preformatted text ⤴',
      'pre(ignored){‹```ignored⏎›(println "Hello, world!")⏎‹```⏎›}[⏎][This should show up as monospace, preformatted text ⤴]',
    ],
    [
      '> ```\n> (println "Hello, world!")\n\nThe entire blockquote is a preformatted text block, but this line\nis plaintext!',
      'q1{‹> ›pre{‹```⏎›‹> ›(println "Hello, world!")⏎}}[⏎][The entire blockquote is a preformatted text block, but this line⏎][is plaintext!]',
    ],
    ['```\npre *fmt* ```\n```\nplain', 'pre{‹```⏎›pre *fmt* ```⏎‹```⏎›}[plain]'],
    ['````\na\n```', 'pre(`){‹````⏎›a⏎‹```›}'],
    ['```\na```', 'pre{‹```⏎›a```}'],
    ['```newtoken\n', 'pre(newtoken){‹```newtoken⏎›}'],
    ['```', 'pre{‹```›}'],
    ['line\n```\na\nb\n```\nc', '[line⏎]pre{‹```⏎›a⏎b⏎‹```⏎›}[c]'],
    // The line that ends it has nothing else in it, and no line inside of it is a block.
    ['```\n``` \n ```\n> a\n```', 'pre{‹```⏎›``` ⏎ ```⏎> a⏎‹```›}'],
    ['```  js \n', 'pre(js){‹```  js ⏎›}'],
    [' ```\na', '[ ```⏎][a]'],
    ['``\na', '[``⏎][a]'],
    // Each fence begins preformatted text where none is open.
    ['```\n```\n```\na', 'pre{‹```⏎›‹```⏎›}pre{‹```⏎›a}'],
  ])('§6.1.2 %j', (body, expected) => {
    expect(show(body)).toBe(expected);
  });

  it.each([
    [
      '> That that is, is.\n\nSaid the old hermit of Prague.',
      'q1{‹> ›[That that is, is.⏎]}[⏎][Said the old hermit of Prague.]',
    ],
    [
      '>> That that is, is.\n> Said the old hermit of Prague.\n\nWho?',
      'q1{‹>›q2{‹> ›[That that is, is.⏎]}‹> ›[Said the old hermit of Prague.⏎]}[⏎][Who?]',
    ],
    // One white space is trimmed, no more.
    ['>  quoted\nnot quoted', 'q1{‹> ›[ quoted⏎]}[not quoted]'],
    [
      '>  quoted\n>>   quote > 2\n>quote 1\n\nnot quoted',
      'q1{‹> ›[ quoted⏎]‹>›q2{‹> ›[  quote > 2⏎]}‹>›[quote 1⏎]}[⏎][not quoted]',
    ],
    ['> ', 'q1{‹> ›}'],
    ['>', 'q1{‹>›}'],
    ['>\n>a', 'q1{‹>›[⏎]‹>›[a]}'],
    ['> > a', 'q1{‹> ›q2{‹> ›[a]}}'],
    // The sign of an inner quotation is at the beginning of the line, once that is trimmed.
    ['>  > a', 'q1{‹> ›[ > a]}'],
    [' > a', '[ > a]'],
    ['>> a\n>> b', 'q1{‹>›q2{‹> ›[a⏎]‹>›‹> ›[b]}}'],
    ['>\u3000a', 'q1{‹>\u3000›[a]}'],
    ['>\u200ba', 'q1{‹>›[\u200ba]}'],
    ['> ```\n> pre\n> ```\n> not pre', 'q1{‹> ›pre{‹```⏎›‹> ›pre⏎‹> ›‹```⏎›}‹> ›[not pre]}'],
    ['> ``` \n> pre\nplain', 'q1{‹> ›pre{‹``` ⏎›‹> ›pre⏎}}[plain]'],
    ['>> ```\n>> a\n> b', 'q1{‹>›q2{‹> ›pre{‹```⏎›‹>›‹> ›a⏎}}‹> ›[b]}'],
    ['> ```\n>> a', 'q1{‹> ›pre{‹```⏎›‹>›> a}}'],
    ['> ```\na\n> b', 'q1{‹> ›pre{‹```⏎›}}[a⏎]q1{‹> ›[b]}'],
    ['> a *b*\n> _c_', 'q1{‹> ›[a strong(‹*›b‹*›)⏎]‹> ›[emphasis(‹_›c‹_›)]}'],
    ['> _ <', 'q1{‹> ›[_ <]}'],
  ])('§6.1.3 %j', (body, expected) => {
    expect(show(body)).toBe(expected);
  });
});

describe('§6.2 spans', () => {
  it.each([
    ['plain span', 'plain span'],
    ['*strong span*', 'strong(‹*›strong span‹*›)'],
    ['plain _emphasis_ plain', 'plain emphasis(‹_›emphasis‹_›) plain'],
    ['`pre` plain *strong*', 'code(‹`›pre‹`›) plain strong(‹*›strong‹*›)'],
    ['*strong*plain*', 'strong(‹*›strong‹*›)plain*'],
    ['* plain *strong*', '* plain strong(‹*›strong‹*›)'],
    ['Two spans, both *alike in dignity*', 'Two spans, both strong(‹*›alike in dignity‹*›)'],
    ['Everyone ~dis~likes cake.', 'Everyone strike(‹~›dis‹~›)likes cake.'],
    [
      'The full title is _Twelfth Night, or What You Will_ but',
      'The full title is emphasis(‹_›Twelfth Night, or What You Will‹_›) but',
    ],
    ['Wow, I can write in `monospace`!', 'Wow, I can write in code(‹`›monospace‹`›)!'],
  ])('the specification’s %j', (body, expected) => {
    expect(show(body)).toBe(`[${expected}]`);
  });

  it.each(['not strong*', '*not strong', '*not \n strong*', '*not *strong', '**', '***', '****'])(
    'nothing is styled in %j',
    (body) => {
      expect(show(body).replaceAll(/[[\]]/g, '')).toBe(body.replace('\n', '⏎'));
    },
  );

  it.each([
    // Nested, and of the same kind never.
    ['_*~children~*_', 'emphasis(‹_›strong(‹*›strike(‹~›children‹~›)‹*›)‹_›)'],
    ['*a _b_ c*', 'strong(‹*›a emphasis(‹_›b‹_›) c‹*›)'],
    ['*this cannot _overlap*_', 'strong(‹*›this cannot _overlap‹*›)_'],
    ['*this is *uneven*', 'strong(‹*›this is *uneven‹*›)'],
    // §6.2.5: a preformatted span has plain text only.
    ['This is `*monospace*`', 'This is code(‹`›*monospace*‹`›)'],
    ['This is *`monospace and bold`*', 'This is strong(‹*›code(‹`›monospace and bold‹`›)‹*›)'],
    ['_no pre `with *children*`_', 'emphasis(‹_›no pre code(‹`›with *children*‹`›)‹_›)'],
    // Matched from the beginning, lazily: the outer span doesn't look into what would be an inner one.
    ['*a `b*` c', 'strong(‹*›a `b‹*›)` c'],
    // White space around directives.
    ['*a *', '*a *'],
    ['*a * b*', 'strong(‹*›a * b‹*›)'],
    ['*ö* *öö*', 'strong(‹*›ö‹*›) strong(‹*›öö‹*›)'],
    ['\u00a0*a*', '\u00a0strong(‹*›a‹*›)'],
    ['*\u3000a*', '*\u3000a*'],
    ['*a\u2028*', '*a\u2028*'],
    ['x\u200b*a*', 'x\u200b*a*'],
    ['🏾*a*', '🏾*a*'],
    ['*🏾*', 'strong(‹*›🏾‹*›)'],
    // What opens stands at the beginning, after white space, or after a different directive that opens: not after a
    // directive that closes, and not after one that is none.
    ['_emph_~strike~', 'emphasis(‹_›emph‹_›)~strike~'],
    ['_*x*', '_*x*'],
    ['a*b*', 'a*b*'],
    ['(*b*)', '(*b*)'],
    // What doesn't open or close is like any character, and some character there must be.
    ['_a *b*', '_a strong(‹*›b‹*›)'],
    ['*_*', 'strong(‹*›_‹*›)'],
    ['_**_', 'emphasis(‹_›**‹_›)'],
    ['**a*', '**a*'],
    ['**a**', '**a**'],
    ['*a**b*', 'strong(‹*›a‹*›)*b*'],
    ['`` `a`', '`` code(‹`›a‹`›)'],
  ])('%j', (body, expected) => {
    expect(show(body)).toBe(`[${expected}]`);
  });

  it('a line break is not part of a span', () => {
    expect(show('*a*\n*b*')).toBe('[strong(‹*›a‹*›)⏎][strong(‹*›b‹*›)]');
  });
});

describe('§7 a message whose sender disabled styling', () => {
  const unstyled = `<unstyled xmlns='${NS_STYLING}'/>`;
  it.each([
    ['', '> _ <', 'q1{‹> ›[_ <]}'],
    [unstyled, '> _ <', '[> _ <]'],
    [unstyled, '*a*\n> b', '[*a*⏎> b]'],
    [unstyled, '', ''],
    ["<unstyled xmlns='urn:example:other'/>", '*a*', '[strong(‹*›a‹*›)]'],
    [unstyled.replace('/>', " a='b'>c</unstyled>"), '*a*', '[*a*]'],
  ])('%s %j', (payload, body, expected) => {
    const message = xml(`<message><body/>${payload}</message>`);
    expect(show(body, styledBody(message, body))).toBe(expected);
  });
});

it('quotations are told apart down to a depth of 32, what is deeper is text', () => {
  const shown = show(`${'>'.repeat(40)}a`);
  expect(shown).toContain('q32{‹>›[>>>>>>>>a]}');
  expect(shown).not.toContain('q33');
});

/** §6.2 once more, written for reading: tries every place, and says which characters are directives. */
function spansByTrying(text: string): string {
  const space = (character: string | undefined): boolean =>
    character !== undefined && /[\p{White_Space}\p{Z}]/u.test(character);
  let shown = '';
  for (let at = 0; at < text.length; at++) {
    const name = { '*': 'strong', '_': 'emphasis', '~': 'strike', '`': 'code' }[text[at]!];
    if (name === undefined || !(at === 0 || space(text[at - 1])) || space(text[at + 1])) {
      shown += text[at];
      continue;
    }
    const close = [...text].findIndex((each, i) => i > at && each === text[at] && !space(text[i - 1]));
    const inner = text.slice(at + 1, close);
    if (close < 0) shown += text[at];
    else if (inner === '') shown += text.slice(at, ++at + 1);
    else {
      shown += `${name}(‹${text[at]}›${name === 'code' ? inner : spansByTrying(inner)}‹${text[at]}›)`;
      at = close;
    }
  }
  return shown;
}

describe('any text', () => {
  const characters = fc.constantFrom('*', '_', '~', '`', '```', '>', ' ', '\n', 'a', '\u3000', '🏾', '\ud83e');
  const text = fc.string({ unit: fc.oneof(characters, fc.string({ unit: 'binary', maxLength: 1 })), maxLength: 60 });

  it('is there again when its leaves are put together', () => {
    fc.assert(
      fc.property(text, (body) => {
        const blocks = parseStyling(body);
        let at = 0;
        for (const { start, end } of leaves(blocks)) {
          if (start !== at || end <= start) throw new Error(`${start} to ${end} after ${at}`);
          at = end;
        }
        expect(at).toBe(body.length);
        const check = (nodes: readonly Node[], start: number, end: number): void => {
          for (const node of nodes) {
            if (node.start < start || node.end > end) throw new Error('a child is outside of its parent');
            if ('children' in node) check(node.children, node.start, node.end);
          }
        };
        check(blocks, 0, body.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('§6.2 has the spans that trying all places gives', () => {
    const line = fc.string({ unit: fc.constantFrom('*', '_', '~', '`', ' ', 'a', 'b'), minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(line, (body) => {
        fc.pre(!body.startsWith('```'));
        expect(show(body)).toBe(`[${spansByTrying(body)}]`);
      }),
      { numRuns: 3000 },
    );
  });
});

/** A text that counts how often it is looked at. */
class CountedText {
  readonly length: number;
  steps = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
    this.length = text.length;
  }
  charCodeAt(at: number): number {
    this.steps++;
    return this.#text.charCodeAt(at);
  }
  indexOf(searched: string, from: number): number {
    const at = this.#text.indexOf(searched, from);
    this.steps += (at < 0 ? this.length : at) - from + 1;
    return at;
  }
  slice(start: number, end: number): string {
    this.steps += end - start;
    return this.#text.slice(start, end);
  }
}

it.each([
  '*',
  '*_',
  '_*_',
  '*_~`',
  '*a ',
  ' *a',
  '*a _b ~c `d ',
  '*a* ',
  '`*` ',
  '>',
  '> ',
  '>\n',
  '>>>>>>>>\n>\n',
  `${'>'.repeat(40)}\n`,
  '```\n',
  '> ```\n',
  '\n',
  '\u3000*',
])('reads %j over and over in linear time, to a bounded depth', (unit) => {
  const measure = (length: number): [steps: number, nodes: number, depth: number] => {
    const text = new CountedText(unit.repeat(Math.ceil(length / unit.length)));
    const blocks = parseStyling(text as unknown as string);
    let nodes = 0;
    let depth = 0;
    const walk = (all: readonly Node[], level: number): void => {
      depth = Math.max(depth, level);
      nodes += all.length;
      for (const node of all) if ('children' in node) walk(node.children, level + 1);
    };
    walk(blocks, 0);
    return [text.steps, nodes, depth];
  };
  const [steps, nodes, depth] = measure(50_000);
  const [twice, moreNodes] = measure(100_000);
  expect(steps).toBeLessThan(50_000 * 12);
  expect(twice / steps).toBeLessThan(2.05);
  expect(nodes).toBeLessThan(50_000 * 3);
  expect(moreNodes).toBeLessThanOrEqual(nodes * 2.05);
  // Quotations, a line, and one span of each kind.
  expect(depth).toBeLessThanOrEqual(32 + 1 + 4);
});
