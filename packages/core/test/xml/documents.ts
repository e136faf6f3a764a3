import type { Element } from '../../src/element.ts';
import { XmlError } from '../../src/xml/errors.ts';
import { createStreamParser, type StreamParserOptions } from '../../src/xml/stream-parser.ts';

/** An element as plain data: what two trees must share to be equal. */
export function plain(element: Element): unknown {
  return [
    element.name,
    Object.fromEntries(Object.entries(element.attrs)),
    element.children.map((child) => (typeof child === 'string' ? child : plain(child))),
  ];
}

/** Everything a parser did with some pieces: the elements in order, the close, and how it ended. */
export function observe(pieces: readonly (Uint8Array | string)[], options?: StreamParserOptions): readonly unknown[] {
  const seen: unknown[] = [];
  const parser = createStreamParser(
    {
      onOpen: (root) => seen.push(['open', plain(root)]),
      onElement: (element) => seen.push(['element', plain(element)]),
      onClose: () => seen.push(['close']),
    },
    options,
  );
  try {
    for (const piece of pieces) parser.write(piece);
    parser.end();
    seen.push('ended');
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    seen.push([error.condition, error.line, error.column, error.message]);
  }
  return seen;
}

export const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>";

/** Inputs of every kind, good and bad, that must be read alike however they are cut. */
export const documents: Readonly<Record<string, string>> = {
  'a session': `${HEADER}<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>\n <message to="a@b" xml:lang='en'><body>h&amp;i é😀<![CDATA[<x> ]] ]]]>]]&gt;t</body></message><iq/></stream:stream>`,
  'no declaration, spaces in tags':
    "\n<s:stream xmlns:s = 'http://etherx.jabber.org/streams'\n xmlns\t=\t\"jabber:client\" ><presence  \n/><a b = 'c' ></a\n></s:stream >",
  'prefixes and attributes': `${HEADER}<c:x xmlns:c='urn:c' q:w='1' xmlns:q='urn:q'><y/><c:z xmlns='urn:d'><v/></c:z></c:x></stream:stream>`,
  'references': `${HEADER}<m a='&#x41;&#66;&lt;&#9;&#10;'>&#x1F600;&quot;&apos;&#13;&#xD;</m></stream:stream>`,
  'line ends': `${HEADER}\r\n<m a='x\r\ny\rz\tw'>a\r\nb\rc\nd\r</m>`,
  'empty root': "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'/>ignored",
  'after the end': `${HEADER}</stream:stream><<<&&&`,
  'mismatched end tag': `${HEADER}<ok/><a><b></c></a>`,
  'mismatched root end tag': `${HEADER}<ok/></stream:straem>`,
  'unknown entity': `${HEADER}<ok/><a>\n &foo; </a><never/>`,
  'forbidden reference': `${HEADER}<a>&#0;</a>`,
  'surrogate reference': `${HEADER}<a>&#xD800;</a>`,
  'unterminated reference': `${HEADER}<a>a & b</a>`,
  'comment': `${HEADER}<ok/><a><!-- x --></a>`,
  'comment between stanzas': `${HEADER}<ok/><!-- x --><a/>`,
  'document type': '<!DOCTYPE x [<!ENTITY a "b">]><x/>',
  'processing instruction': `${HEADER}<a><?php x?></a>`,
  'late declaration': ` ${HEADER}`,
  'instruction first': '<?xml-stylesheet href="x"?><x/>',
  'other encoding': "<?xml version='1.0' encoding='ISO-8859-1'?><x/>",
  'other version': "<?xml version='1.1'?><x/>",
  'text between stanzas': `${HEADER}<ok/> hello <never/>`,
  'text before the root': 'HTTP/1.1 400 Bad Request',
  'text between stanzas, with an escape': `${HEADER}<ok/>&#32;<never/>`,
  'control character': `${HEADER}<a>x\u0001</a>`,
  'control character in a tag': `${HEADER}<a\u0001b='1'/>`,
  'control character in a value': `${HEADER}<a b='\u0002'/>`,
  'control character in CDATA': `${HEADER}<a><![CDATA[\u0003]]></a>`,
  'non-character': `${HEADER}<a>\uffff</a>`,
  'byte order mark': `\ufeff${HEADER}`,
  'attribute twice': `${HEADER}<a b='1' c='2' b='3'/>`,
  'attribute twice by namespace': `${HEADER}<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='1' q:b='2'/>`,
  'no space between attributes': `${HEADER}<a b='1'c='2'/>`,
  'unquoted value': `${HEADER}<a b=1 c='2'/>`,
  'no value': `${HEADER}<a b c='2'/>`,
  'less-than in a value': `${HEADER}<a b='<'/>`,
  'CDATA end in text': `${HEADER}<a>]]></a>`,
  'unbound prefix': `${HEADER}<ok/><x:a/>`,
  'unbound attribute prefix': `${HEADER}<ok/><a x:b='1'/>`,
  'undeclared prefix': `${HEADER}<a xmlns:x=''/>`,
  'xmlns as a prefix': `${HEADER}<a xmlns:xmlns='urn:x'/>`,
  'reserved default': `${HEADER}<a xmlns='http://www.w3.org/2000/xmlns/'/>`,
  'wrong xml': `${HEADER}<a xmlns:xml='urn:x'/>`,
  'right xml': `${HEADER}<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='de'/>`,
  'element with the xml prefix': `${HEADER}<xml:a/>`,
  'two colons': `${HEADER}<a:b:c/>`,
  'name begins with a digit': `${HEADER}<1a/>`,
  'names beyond ASCII': `${HEADER}<élan naïve='1'><日本語/>\u{10000}</élan>`,
  'bad names beyond ASCII': `${HEADER}<a×b/>`,
  'end tag first': '</stream:stream>',
  'slash in a tag': `${HEADER}<a / >`,
  'CDATA between stanzas': `${HEADER}<![CDATA[x]]>`,
  'broken CDATA': `${HEADER}<a><![CDAT[x]]></a>`,
  'cut in a tag': `${HEADER}<ok/><a b='1'`,
  'cut in an element': `${HEADER}<ok/><a>text`,
  'cut in CDATA': `${HEADER}<a><![CDATA[x]]`,
  'cut in the header': HEADER.slice(0, -20),
  'cut in the declaration': "<?xml version='1.0",
  'cut in the end': `${HEADER}</stream:str`,
  'nothing': '',
  'only space': '  \n',
};
