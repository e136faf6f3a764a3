import { describe, expect, test } from 'vitest';
import type { Element } from '../../src/element.ts';
import { XmppError } from '../../src/errors.ts';
import { XmlError } from '../../src/xml/errors.ts';
import { createStreamParser, type StreamParser, type StreamParserOptions } from '../../src/xml/stream-parser.ts';
import { documents, HEADER, observe, plain } from './documents.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what is delivered', () => {
  const elements = (text: string, options?: StreamParserOptions): Element[] => {
    const list: Element[] = [];
    createStreamParser({ onOpen() {}, onElement: (element) => list.push(element), onClose() {} }, options).write(text);
    return list;
  };

  test('header as written, with its prefix and declarations', () => {
    let root: Element | undefined;
    createStreamParser({ onOpen: (element) => (root = element), onElement() {}, onClose() {} }).write(
      "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' to='a'>",
    );
    expect(root?.name).toBe('stream:stream');
    expect(root?.is('stream', 'http://etherx.jabber.org/streams')).toBe(true);
    expect(root?.attrs).toEqual({
      'xmlns': 'jabber:server',
      'xmlns:stream': 'http://etherx.jabber.org/streams',
      'xmlns:db': 'jabber:server:dialback',
      'to': 'a',
    });
    expect(root?.children).toEqual([]);
  });

  test('namespaces: explicit on the root, no prefixes, written again where needed', () => {
    const [features, message, x] = elements(
      `${HEADER}<stream:features><a/></stream:features><message><body>b</body><e xmlns='urn:e'><f/></e></message>` +
        `<c:x xmlns:c='urn:c' c:d='1' e='2'><y/><c:z/></c:x>`,
    );
    expect(plain(features as Element)).toEqual([
      'features',
      { xmlns: 'http://etherx.jabber.org/streams' },
      [['a', { xmlns: 'jabber:client' }, []]],
    ]);
    expect(plain(message as Element)).toEqual([
      'message',
      { xmlns: 'jabber:client' },
      [
        ['body', {}, ['b']],
        ['e', { xmlns: 'urn:e' }, [['f', {}, []]]],
      ],
    ]);
    expect(plain(x as Element)).toEqual([
      'x',
      { 'xmlns': 'urn:c', 'xmlns:c': 'urn:c', 'c:d': '1', 'e': '2' },
      [
        ['y', { xmlns: 'jabber:client' }, []],
        ['z', {}, []],
      ],
    ]);
    expect(message?.getChild('body')?.getNS()).toBe('jabber:client');
    expect(message?.getChild('e')?.getChild('f')?.getNS()).toBe('urn:e');
  });

  test('parents inside, none outside', () => {
    const [message] = elements(`${HEADER}<message><a><b/></a></message>`);
    const a = message?.getChild('a');
    expect(message?.parent).toBeNull();
    expect(a?.parent).toBe(message);
    expect(a?.getChild('b')?.parent).toBe(a);
  });

  test('elements are ordinary: they can be changed and written', () => {
    const [a, b] = elements(`${HEADER}<a/><b/>`);
    a?.c('x', { y: '1' }).t('z');
    expect(a?.toString()).toBe('<a xmlns="jabber:client"><x y="1">z</x></a>');
    expect(b?.children).toEqual([]);
  });

  test('texts and CDATA beside each other are one text', () => {
    const [m] = elements(`${HEADER}<m>a<![CDATA[<b>]]>c<![CDATA[]]><![CDATA[d]]><x/><![CDATA[e]]></m>`);
    expect(m?.children.map(String)).toEqual(['a<b>cd', '<x/>', 'e']);
  });

  test('XML 1.0 §2.11, §3.3.3: line ends and attribute values', () => {
    const [m] = elements(`${HEADER}<m a='1\r\n2\r3\t4\n5&#10;6&#13;'>a\r\nb\rc&#13;d</m>`);
    expect(m?.attrs['a']).toBe('1 2 3 4 5\n6\r');
    expect(m?.children).toEqual(['a\nb\nc\rd']);
  });

  test('names that every object has are attributes like others', () => {
    const [m] = elements(`${HEADER}<m __proto__='1' constructor='2' toString='3' hasOwnProperty='4'/>`);
    expect(Object.entries(m?.attrs ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
      ['hasOwnProperty', '4'],
      ['xmlns', 'jabber:client'],
    ]);
    expect(Object.getPrototypeOf(m?.attrs)).toBe(Object.prototype);
    expect(() => elements(`${HEADER}<m __proto__='1' __proto__='2'/>`)).toThrow('given twice');
    const [prefixed] = elements(`${HEADER}<p:m xmlns:p='urn:p' __proto__='1'/>`);
    expect(Object.hasOwn(prefixed?.attrs ?? {}, '__proto__')).toBe(true);
  });

  test('fragments: every element of a file, in the given namespace', () => {
    const list = elements("<?xml version='1.0'?>\n<message/>\n<iq xmlns='urn:o'/><x:y xmlns:x='urn:x'/>", {
      fragments: true,
      xmlns: 'jabber:client',
    });
    expect(list.map(plain)).toEqual([
      ['message', { xmlns: 'jabber:client' }, []],
      ['iq', { xmlns: 'urn:o' }, []],
      ['y', { xmlns: 'urn:x' }, []],
    ]);
    expect(plain(elements('<a/>', { fragments: true })[0] as Element)).toEqual(['a', {}, []]);
  });

  test('the same names again and again, in other orders and other namespaces', () => {
    const text = Array.from(
      { length: 300 },
      (_, i) => `<m${i % 40} a${i % 7}='1' b${i % 5}='2' xmlns='urn:${i % 23}' id="${i}"/>`,
    ).join('');
    const list = elements(HEADER + text);
    expect(list.map((element) => element.toString())).toEqual(
      Array.from(
        { length: 300 },
        (_, i) => `<m${i % 40} a${i % 7}="1" b${i % 5}="2" xmlns="urn:${i % 23}" id="${i}"/>`,
      ),
    );
  });

  test('ever new names', () => {
    const text = Array.from({ length: 6000 }, (_, i) => `<n${i} k${i}='${i}'/>`).join('');
    const list = elements(HEADER + text);
    expect(list).toHaveLength(6000);
    for (const [i, element] of list.entries()) expect(element.attrs[`k${i}`]).toBe(String(i));
  });
});

describe('faults', () => {
  const fault = (text: string | Uint8Array, options?: StreamParserOptions): unknown =>
    (observe([text], options).at(-1) as readonly unknown[]).slice(0, 3);

  test.each<[string, string, number, number]>([
    ['mismatched end tag', 'not-well-formed', 1, HEADER.length + 12],
    ['unknown entity', 'not-well-formed', 2, 2],
    ['forbidden reference', 'not-well-formed', 1, HEADER.length + 4],
    ['comment', 'restricted-xml', 1, HEADER.length + 9],
    ['comment between stanzas', 'restricted-xml', 1, HEADER.length + 6],
    ['document type', 'restricted-xml', 1, 1],
    ['processing instruction', 'restricted-xml', 1, HEADER.length + 4],
    ['late declaration', 'restricted-xml', 1, 2],
    ['instruction first', 'restricted-xml', 1, 1],
    ['other encoding', 'unsupported-encoding', 1, 1],
    ['other version', 'not-well-formed', 1, 1],
    ['text between stanzas', 'bad-format', 1, HEADER.length + 7],
    ['text before the root', 'not-well-formed', 1, 1],
    ['byte order mark', 'not-well-formed', 1, 1],
    ['control character', 'not-well-formed', 1, HEADER.length + 5],
    ['control character in a value', 'not-well-formed', 1, HEADER.length + 7],
    ['control character in CDATA', 'not-well-formed', 1, HEADER.length + 13],
    ['non-character', 'not-well-formed', 1, HEADER.length + 4],
    ['unbound prefix', 'bad-namespace-prefix', 1, HEADER.length + 6],
    ['unbound attribute prefix', 'bad-namespace-prefix', 1, HEADER.length + 6],
    ['element with the xml prefix', 'bad-namespace-prefix', 1, HEADER.length + 1],
    ['cut in an element', 'not-well-formed', 1, HEADER.length + 13],
  ])('%s: %s', (name, condition, line, column) => {
    expect(fault(documents[name] as string)).toEqual([condition, line, column]);
  });

  test.each([
    'attribute twice',
    'attribute twice by namespace',
    'no space between attributes',
    'unquoted value',
    'no value',
    'less-than in a value',
    'CDATA end in text',
    'undeclared prefix',
    'xmlns as a prefix',
    'reserved default',
    'wrong xml',
    'two colons',
    'name begins with a digit',
    'bad names beyond ASCII',
    'end tag first',
    'slash in a tag',
    'CDATA between stanzas',
    'unterminated reference',
    'surrogate reference',
    'cut in a tag',
    'cut in CDATA',
    'cut in the header',
    'cut in the declaration',
    'cut in the end',
    'mismatched root end tag',
  ])('%s is refused', (name) => {
    expect(String((fault(documents[name] as string) as unknown[])[0])).toMatch(/not-well-formed|restricted-xml/);
  });

  test.each([
    'right xml',
    'names beyond ASCII',
    'nothing',
    'only space',
    'after the end',
    'empty root',
    'no declaration, spaces in tags',
  ])('%s is accepted', (name) => {
    expect(observe([bytes(documents[name] as string)]).at(-1)).toBe('ended');
  });

  test.each<[string, number[]]>([
    ['a lone continuation byte', [0x80]],
    ['an overlong encoding', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut character', [0xe2, 0x82]],
  ])('§11.6 UTF-8: %s', (_, wrong) => {
    const input = new Uint8Array([...bytes(`${HEADER}<ok/><a>\né`), ...wrong, ...bytes('</a>')]);
    expect(fault(input)).toEqual(['unsupported-encoding', 2, 2]);
  });

  test('what was complete before the fault is delivered, nothing after it', () => {
    const seen = observe([bytes(`${HEADER}<a/><b/>`), bytes('<c></d><e/>'), bytes('<f/>')]);
    expect(seen.slice(1, -1)).toEqual([
      ['element', ['a', { xmlns: 'jabber:client' }, []]],
      ['element', ['b', { xmlns: 'jabber:client' }, []]],
    ]);
  });

  test('what cannot become well-formed is noticed at once, without the end of the stanza', () => {
    for (const text of ['<a><b></c', '<a "', '<a b="<', '<a><!-', '<a><?', "<a b='x'<", '<!', 'x']) {
      const parser = createStreamParser({ onOpen() {}, onElement() {}, onClose() {} });
      parser.write(HEADER);
      expect(() => parser.write(`${text}>`), text).toThrow(XmlError);
    }
  });

  test('input after a fault, after the end of the stream and after end() is ignored', () => {
    const seen: string[] = [];
    const parser = createStreamParser({
      onOpen() {},
      onElement: (element) => seen.push(element.name),
      onClose: () => seen.push('close'),
    });
    expect(() => parser.write('<a></b>')).toThrow(XmlError);
    parser.write('<x/>');
    parser.end();
    parser.reset();
    parser.write(`${HEADER}<a/></stream:stream>`);
    parser.write('</x></x>\u0000');
    parser.end();
    parser.reset();
    parser.end();
    parser.write('<x/>');
    expect(seen).toEqual(['a', 'close']);
  });

  test('lone surrogates in text', () => {
    expect(fault(`${HEADER}<a>\n\ud800</a>`)).toEqual(['not-well-formed', 2, 1]);
    expect(fault(`${HEADER}<a>\udc00</a>`)).toEqual(['not-well-formed', 1, HEADER.length + 4]);
    expect(fault(`${HEADER}<a>\ud800`)).toEqual(['not-well-formed', 1, HEADER.length + 4]);
    expect((observe([`${HEADER}<a>\ud83d`, bytes('x')]).at(-1) as unknown[])[0]).toBe('not-well-formed');
    expect(observe([`${HEADER}<a>\ud83d`, '\ude00</a>']).at(1)).toEqual([
      'element',
      ['a', { xmlns: 'jabber:client' }, ['😀']],
    ]);
  });

  test('the error is typed and says where', () => {
    const parser = createStreamParser({ onOpen() {}, onElement() {}, onClose() {} });
    parser.write(`${HEADER}\n<ok/>\n`);
    try {
      parser.write('  <a></b>');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(XmppError);
      expect(error).toMatchObject({
        name: 'XmlError',
        code: 'ERR_XMPP_XML',
        condition: 'not-well-formed',
        line: 3,
        column: 6,
      });
      expect((error as Error).message).toBe('"</b" where </a> was expected (line 3, column 6)');
    }
  });

  test('a handler that throws ends the parser; its error comes through', () => {
    let count = 0;
    const parser = createStreamParser({
      onOpen() {},
      onElement() {
        count++;
        throw new RangeError('mine');
      },
      onClose() {},
    });
    expect(() => parser.write(`${HEADER}<a/><b/>`)).toThrow(RangeError);
    parser.write('<c/>');
    expect(count).toBe(1);
  });

  test('write from a handler is refused', () => {
    const parser: StreamParser = createStreamParser({
      onOpen() {},
      onElement: () => parser.write('<b/>'),
      onClose() {},
    });
    expect(() => parser.write(`${HEADER}<a/>`)).toThrow('from one of its own handlers');
  });
});

describe('a new stream', () => {
  const run = (method: 'reset' | 'restart', pieces: readonly string[]): unknown[] => {
    const seen: unknown[] = [];
    const parser: StreamParser = createStreamParser({
      onOpen: (root) => seen.push(`open ${root.attrs['id']}`),
      onElement(element) {
        seen.push(element.name);
        if (element.name === 'proceed') parser[method]();
      },
      onClose: () => seen.push('close'),
    });
    for (const piece of pieces) parser.write(piece);
    return seen;
  };
  const second = HEADER.replace("id='1'", "id='2'");

  test('reset discards what was injected behind <proceed/>', () => {
    expect(run('reset', [`${HEADER}<proceed/><injected/>`, `${second}<ok/>`])).toEqual([
      'open 1',
      'proceed',
      'open 2',
      'ok',
    ]);
    expect(run('reset', [`${HEADER}<proceed/>${second}<injected/><inj`, `${second}<ok/>`])).toEqual([
      'open 1',
      'proceed',
      'open 2',
      'ok',
    ]);
  });

  test('restart reads on: the rest of the piece belongs to the new stream', () => {
    expect(run('restart', [`${HEADER}<proceed/>${second}<ok/></stream:stream>`])).toEqual([
      'open 1',
      'proceed',
      'open 2',
      'ok',
      'close',
    ]);
    expect(run('restart', [...`${HEADER}<proceed/>${second}<ok/>`])).toEqual(['open 1', 'proceed', 'open 2', 'ok']);
  });

  test('restart expects a header, not more of the old stream', () => {
    expect(() => run('restart', [`${HEADER}<proceed/></stream:stream>`])).toThrow('an end tag without a start tag');
  });

  test('prefixes and namespaces of the old stream are forgotten', () => {
    expect(() => run('restart', [`${HEADER}<proceed/><s xmlns='urn:s'><stream:features/>`])).toThrow('prefix');
  });

  test('reset from outside, in the middle of a stanza', () => {
    const seen: string[] = [];
    const parser = createStreamParser({ onOpen() {}, onElement: (element) => seen.push(element.name), onClose() {} });
    parser.write(`${HEADER}<a><b c='\ud83d`);
    parser.reset();
    parser.write(`${HEADER}<d/>`);
    parser.end();
    expect(seen).toEqual(['d']);
  });
});
