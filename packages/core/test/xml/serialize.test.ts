import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Element } from '../../src/element.ts';
import { XmlError } from '../../src/xml/errors.ts';
import { escapeAttribute, escapeText } from '../../src/xml/escape.ts';
import { parseElement } from '../../src/xml/parse-element.ts';
import { openTag, serialize } from '../../src/xml/serialize.ts';
import { plain } from './documents.ts';

const thrown = (work: () => unknown): XmlError => {
  try {
    work();
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('parseElement', () => {
  test('one element, white space and a declaration around it', () => {
    expect(plain(parseElement(" <?xml version='1.0'?><a/>".trimStart()))).toEqual(['a', {}, []]);
    expect(plain(parseElement('\n <a>b</a>\n'))).toEqual(['a', {}, ['b']]);
    expect(plain(parseElement('<a/>', { xmlns: 'urn:a' }))).toEqual(['a', { xmlns: 'urn:a' }, []]);
    expect(
      parseElement("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", { xmlns: 'jabber:client' }).attrs,
    ).toEqual({
      xmlns: 'urn:ietf:params:xml:ns:xmpp-framing',
    });
  });

  test.each([
    '',
    ' ',
    'a',
    '<a/><b/>',
    '<a/>b',
    '<a>',
    '<a',
    '<a></a',
    '</a>',
    "<?xml version='1.0'?>",
    '<a/><!-- -->',
    '\ufeff<a/>',
    " <?xml version='1.0'?><a/>",
    '<a>\ud800</a>',
    '<a \ud800/>',
  ])('refuses %j', (text) => {
    expect(thrown(() => parseElement(text)).condition).toMatch(/not-well-formed|restricted-xml/);
  });

  test('no namespace inside of one', () => {
    expect(plain(parseElement("<a xmlns='urn:a'><b xmlns=''><c/></b></a>"))).toEqual([
      'a',
      { xmlns: 'urn:a' },
      [['b', { xmlns: '' }, [['c', {}, []]]]],
    ]);
    expect(plain(parseElement("<p:a xmlns:p='urn:a'><b/></p:a>"))).toEqual([
      'a',
      { xmlns: 'urn:a' },
      [['b', { xmlns: '' }, []]],
    ]);
  });
});

describe('serialize', () => {
  test('writes what ltx writes for ordinary trees', () => {
    const element = new Element('message', { to: 'a&"b', type: 'chat', skipped: undefined });
    element.c('body').t('<hi> & bye');
    element.c('x', { xmlns: 'urn:x' }).c('y');
    expect(serialize(element)).toBe(element.toString());
    expect(serialize(element)).toBe(
      '<message to="a&amp;&quot;b" type="chat"><body>&lt;hi&gt; &amp; bye</body><x xmlns="urn:x"><y/></x></message>',
    );
  });

  test('leaves out an inherited xmlns, and only that', () => {
    const element = parseElement(
      "<message xmlns='jabber:client'><forwarded xmlns='urn:f'><message xmlns='jabber:client'><body/></message></forwarded></message>",
    );
    expect(serialize(element, { xmlns: 'jabber:client' })).toBe(
      '<message><forwarded xmlns="urn:f"><message xmlns="jabber:client"><body/></message></forwarded></message>',
    );
    expect(serialize(element, { xmlns: 'urn:other' })).toBe(element.toString());
    expect(serialize(new Element('a', { xmlns: '' }), { xmlns: 'jabber:client' })).toBe('<a xmlns=""/>');
    expect(serialize(new Element('a', { xmlns: '' }))).toBe('<a/>');
  });

  test('a part of a tree keeps the namespace that it inherits', () => {
    const body = parseElement("<message xmlns='jabber:client'><body>x</body></message>").getChild('body') as Element;
    expect(serialize(body)).toBe('<body xmlns="jabber:client">x</body>');
    expect(serialize(body, { xmlns: 'jabber:client' })).toBe('<body>x</body>');
  });

  test('tabs and line ends survive, in attributes and in text', () => {
    const element = new Element('a', { b: '\t\n\r' }).t('\t\n\r') as Element;
    expect(serialize(element)).toBe('<a b="&#9;&#10;&#13;">\t\n&#13;</a>');
    expect(plain(parseElement(serialize(element)))).toEqual(['a', { b: '\t\n\r' }, ['\t\n\r']]);
  });

  test.each(['\u0000', '\u0001', '\u001f', '\ufffe', '\uffff', '\ud800', '\udc00x', 'x\ud83d'])(
    'refuses %j, naming the place',
    (bad) => {
      const inText = new Element('message');
      inText.c('ok');
      inText.c('body').t(`abc${bad}`);
      const text = thrown(() => serialize(inText));
      expect(text).toMatchObject({ condition: 'not-well-formed', path: 'message > body', line: 0, column: 0 });
      expect(text.message).toMatch(
        /^U\+[0-9A-F]{4} at index [34] cannot be written in XML; remove it \(at message > body\)$/,
      );
      const inAttribute = new Element('message');
      inAttribute.c('x').c('origin-id', { id: bad });
      expect(thrown(() => serialize(inAttribute)).path).toBe('message > x > origin-id/@id');
      expect(() => escapeText(bad)).toThrow(XmlError);
      expect(() => escapeAttribute(bad)).toThrow(XmlError);
      expect(thrown(() => openTag(new Element('a', { b: bad }))).path).toBe('a/@b');
    },
  );

  test.each(['', 'a b', 'a><b', '1', 'a:', ':a', 'a:b:c', 'a/'])('refuses the name %j', (name) => {
    expect(thrown(() => serialize(new Element(name))).condition).toBe('not-well-formed');
    expect(thrown(() => serialize(new Element('a', { [name]: '1' }))).path).toBe(`a/@${name}`);
  });

  test('refuses a prefix that is not declared', () => {
    expect(thrown(() => serialize(new Element('p:a')))).toMatchObject({
      condition: 'bad-namespace-prefix',
      path: 'p:a',
    });
    expect(thrown(() => serialize(new Element('a', { 'p:b': '1' }))).path).toBe('a/@p:b');
    const declared = new Element('p:a', { 'xmlns:p': 'urn:p', 'xml:lang': 'en' });
    declared.c('p:b');
    expect(serialize(declared)).toBe('<p:a xmlns:p="urn:p" xml:lang="en"><p:b/></p:a>');
  });

  test('numbers, null and undefined', () => {
    const element = new Element('a', { n: 5, none: null as unknown as string });
    element.children.push(7 as unknown as string, null as unknown as string);
    expect(serialize(element)).toBe('<a n="5">7</a>');
  });

  test('a tree that contains itself is refused, a deep one is written', () => {
    const loop = new Element('a');
    loop.children.push(loop);
    expect(thrown(() => serialize(loop)).condition).toBe('policy-violation');
    const deep = `${'<a>'.repeat(2000)}b${'</a>'.repeat(2000)}`;
    expect(serialize(parseElement(deep, { limits: { maxDepth: 2000 } }))).toBe(deep);
  });

  test('openTag', () => {
    const header = new Element('stream:stream', {
      'xmlns': 'jabber:client',
      'xmlns:stream': 'http://etherx.jabber.org/streams',
      'to': "o'x",
    });
    expect(openTag(header)).toBe(
      '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" to="o&apos;x">',
    );
  });

  test('what is written is read back the same', () => {
    const character = fc
      .oneof(
        fc.constantFrom('&', '<', '>', '"', "'", ']', '\n', '\t', '\r', '\ud83d\ude00', 'é', '\ufffd', ' '),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      )
      .filter((text) => {
        try {
          escapeText(text);
          return true;
        } catch {
          return false;
        }
      });
    const text = fc
      .array(character, { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join(''))
      .filter((value) => value.isWellFormed());
    const name = fc.constantFrom('a', 'b', 'origin-id', 'élan', '_x', '__proto__', 'constructor');
    const namespace = fc.constantFrom('urn:a', 'urn:b', 'jabber:client');
    const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
      tree: fc
        .record({
          name,
          xmlns: fc.option(namespace, { nil: undefined }),
          attrs: fc.array(fc.tuple(name, text), { maxLength: 3 }),
          children: fc.array(fc.oneof({ maxDepth: 4 }, text, tie('tree') as fc.Arbitrary<Element>), { maxLength: 4 }),
        })
        .map((made) => {
          const element = new Element(made.name);
          for (const [key, value] of made.attrs)
            Object.defineProperty(element.attrs, key, { value, enumerable: true, configurable: true, writable: true });
          if (made.xmlns !== undefined) element.attrs['xmlns'] = made.xmlns;
          for (const child of made.children) {
            const last = element.children.length - 1;
            // Two texts beside each other are one when they come back.
            if (typeof child === 'string' && typeof element.children[last] === 'string')
              element.children[last] += child;
            else element.append(child);
          }
          return element;
        }),
    }));
    fc.assert(
      fc.property(tree, (element) => {
        element.attrs['xmlns'] ??= 'jabber:client';
        const normal = (node: unknown, inherited: unknown): unknown => {
          const [tag, attrs, children] = node as [string, Record<string, unknown>, unknown[]];
          const xmlns = attrs['xmlns'] ?? inherited;
          return [
            tag,
            Object.entries(attrs)
              .filter(([key]) => key !== 'xmlns')
              .sort(),
            xmlns,
            children.map((child) => (typeof child === 'string' ? child : normal(child, xmlns))),
          ];
        };
        const back = parseElement(serialize(element, { xmlns: 'jabber:client' }), { xmlns: 'jabber:client' });
        expect(normal(plain(back), undefined)).toEqual(normal(plain(element), undefined));
      }),
      { numRuns: 500 },
    );
  });
});
