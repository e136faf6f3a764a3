import { Element } from '@xeps/core';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { toHtml } from 'hast-util-to-html';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_XHTML, NS_XHTML_IM, readXhtml, sanitizeXhtml, xhtmlIm, xhtmlSupport, xhtmlText } from './index.ts';

const bodyOf = (content: string, attrs = ''): Element => xml(`<body xmlns='${NS_XHTML}' ${attrs}>${content}</body>`);
const messageOf = (content: string, attrs = ''): Element =>
  xml(`<message ${attrs}><body>text</body><html xmlns='${NS_XHTML_IM}'>${content}</html></message>`);
/** What a browser would be given. */
const html = (content: string): string => toHtml(sanitizeXhtml(bodyOf(content))!);
const links = (href: string): string => `<a href='${href}'>x</a>`;

it('§5 text and value are the same thing', () => {
  const text = `<html xmlns="${NS_XHTML_IM}"><body xmlns="${NS_XHTML}" xml:lang="en"><p>hi <em>there</em></p></body></html>`;
  const { value, input, output } = roundTrip(xhtmlIm, text);
  expect(value.bodies).toHaveLength(1);
  expect(output).toBe(input);
});

it('§10.1 is advertised', async () => {
  const { client, server } = link();
  client.use(xhtmlSupport);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain('http://jabber.org/protocol/xhtml-im');
});

describe('§7.8 the recommended profile', () => {
  it.each([
    ['<p>hi!</p>', '<p>hi!</p>'],
    [
      '<p><em>Wow</em>, I&apos;m <strong>&lt;green&gt;</strong></p>',
      "<p><em>Wow</em>, I'm <strong>&#x3C;green></strong></p>",
    ],
    [
      '<blockquote><p>a</p></blockquote><cite>b</cite><br/><span>c</span>',
      '<blockquote><p>a</p></blockquote><cite>b</cite><br><span>c</span>',
    ],
    ['<ol><li>a<ul><li>b</li></ul></li></ol>', '<ol><li>a<ul><li>b</li></ul></li></ol>'],
    ['<li>a</li>', 'a'],
    [
      "<a href='https://example.org/?a=b#c' type='text/html'>x</a>",
      '<a href="https://example.org/?a=b#c" type="text/html" rel="noopener noreferrer">x</a>',
    ],
    [
      "<img src='cid:sha1+8f35@bob.xmpp.org' alt='A' height='4' width='5'/>",
      '<img data-src="cid:sha1+8f35@bob.xmpp.org" alt="A" height="4" width="5">',
    ],
    // §12.2: of what is not known the text is there.
    ["<p>The <acronym>XHTML</acronym></p><ol type='1' start='4'><li/></ol>", '<p>The XHTML</p><ol><li></li></ol>'],
    ['<head><title>a</title></head><table><tr><td>b</td></tr></table><h1>c</h1>', 'abc'],
    ["<p class='a' id='b' title='c' xml:lang='de' style='color:red' lang='de' dir='rtl'>d</p>", '<p>d</p>'],
  ])('%s', (content, expected) => {
    expect(html(content)).toBe(expected);
  });

  it.each(['http://example.org', 'HTTPS://example.org', 'mailto:a@b.example', 'xmpp:a@b.example?join'])(
    'links to %s',
    (href) => {
      expect(html(links(href))).toBe(`<a href="${href}" rel="noopener noreferrer">x</a>`);
    },
  );
});

describe('§11.1 attacks', () => {
  it.each([
    ['<script>alert(1)</script>a', 'a'],
    ["<script src='https://evil.example/x.js'/>a", 'a'],
    ['<p><script>a<b>c</b></script></p>', '<p></p>'],
    ['<SCRIPT>alert(1)</SCRIPT>', 'alert(1)'],
    ['<style>p{background:url(https://evil.example)}</style>a', 'a'],
    ["<p onclick='alert(1)' ONCLICK='a' onmouseover='b'>a</p>", '<p>a</p>'],
    ["<img src='https://e.example/a.png' onerror='alert(1)'/>", '<img data-src="https://e.example/a.png">'],
    [
      "<img src='x' onerror='alert(1)' alt='&quot; onerror=&quot;alert(1)'/>",
      '<img alt="&#x22; onerror=&#x22;alert(1)">',
    ],
    ["<img src='data:image/svg+xml;base64,AAAA'/>", '<img>'],
    ["<img src='javascript:alert(1)'/>", '<img>'],
    ["<img srcset='https://e.example/a.png 1x' lowsrc='https://e.example' longdesc='https://e.example'/>", '<img>'],
    ["<img data-src='javascript:a' dataSrc='javascript:b' DATASRC='c'/>", '<img>'],
    ["<img width='1e9' height='100%'/>", '<img>'],
    ["<img alt='&lt;script&gt;'/>", '<img alt="<script>">'],
    ["<p style='background:url(javascript:alert(1))'>a</p>", '<p>a</p>'],
    ["<p style='width:expression(alert(1))'>a</p>", '<p>a</p>'],
    ["<span style='position:fixed;top:0;left:0;width:100%;height:100%'>a</span>", '<span>a</span>'],
    ["<iframe src='https://evil.example'>a</iframe><object data='x'>b</object><embed src='x'/>", 'ab'],
    [
      "<form action='https://evil.example'><input name='password'/><button>a</button><textarea>b</textarea></form>",
      'ab',
    ],
    [
      "<meta http-equiv='refresh' content='0;url=https://evil.example'/><base href='https://evil.example'/><link rel='stylesheet' href='x'/>",
      '',
    ],
    [
      "<a href='https://a.example' target='_self' rel='opener' ping='https://evil.example' download='x'>x</a>",
      '<a href="https://a.example" rel="noopener noreferrer">x</a>',
    ],
    ["<p id='location' name='cookie' is='x-evil' slot='a' itemprop='b'>a</p>", '<p>a</p>'],
    // Elements of other namespaces, whatever their names, and all that is in them.
    [
      "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><a href='https://a.example'>x</a></svg>a",
      'a',
    ],
    [
      "<math xmlns='http://www.w3.org/1998/Math/MathML'><mtext><p xmlns='http://www.w3.org/1999/xhtml'>x</p></mtext></math>a",
      'a',
    ],
    ["<p xmlns='urn:evil'>x</p><a xmlns='' href='https://a.example'>x</a>a", 'a'],
    ["<script xmlns='urn:evil'>x</script>a", 'a'],
    [
      "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>x</body></html>a",
      'a',
    ],
    ['<svg><script>alert(1)</script><p>a</p></svg>', '<p>a</p>'],
    // The same elements with prefixes, and attributes with them.
    [`<x:script xmlns:x='${NS_XHTML}'>alert(1)</x:script><x:p xmlns:x='${NS_XHTML}' x:onclick='a'>a</x:p>`, '<p>a</p>'],
    ["<x:p xmlns:x='urn:evil'>x</x:p>a", 'a'],
    [
      "<a xmlns:xlink='http://www.w3.org/1999/xlink' xlink:href='javascript:alert(1)'>x</a>",
      '<a rel="noopener noreferrer">x</a>',
    ],
    // What looks like markup is text.
    ['&lt;script&gt;alert(1)&lt;/script&gt;', '&#x3C;script>alert(1)&#x3C;/script>'],
    ['<p>&lt;img src=x onerror=alert(1)&gt;</p>', '<p>&#x3C;img src=x onerror=alert(1)></p>'],
    // Elements where the others have none.
    ['<br><script>a</script>b</br>', '<br>b'],
    [
      '<p><p><li><a><a>a</a></a></li></p></p>',
      '<p><p><a rel="noopener noreferrer"><a rel="noopener noreferrer">a</a></a></p></p>',
    ],
  ])('%s', (content, expected) => {
    expect(html(content)).toBe(expected);
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A;&#x61;&#x76;&#x61;script&#58;alert(1)',
    ' javascript:alert(1)',
    '&#10;javascript:alert(1)',
    'java&#9;script:alert(1)',
    'java&#10;script:alert(1)',
    'java&#xAD;script:alert(1)',
    'javascript&amp;colon;alert(1)',
    'javascript%3Aalert(1)',
    'jav\u0430script:alert(1)',
    'vbscript:x',
    'data:text/html,&lt;script&gt;',
    'DATA:text/html;base64,AAAA',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'about:blank',
    'view-source:https://a.example',
    'feed:javascript:alert(1)',
    'x-evil:https://a.example',
    'cid:sha1+8f35@bob.xmpp.org',
    '//evil.example',
    '/logout',
    '\\\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:\\\\evil.example',
    'https://a.example&#10;javascript:alert(1)',
    'https://a.example/ onclick=alert(1)',
    'https://a.example/&#x85;',
    'https://',
    'mailto:',
    'evil.html',
    '?a',
    '#a',
    '',
    'javascript:alert(1)//https://a.example',
  ])('no link to %j', (href) => {
    expect(html(links(href))).toBe('<a rel="noopener noreferrer">x</a>');
  });

  it('names from a tree that no parser made do no harm', () => {
    const body = new Element('body', { xmlns: NS_XHTML });
    body.c('constructor', { __proto__: 'a', toString: 'b', hasOwnProperty: 'c' }).t('x');
    body.c('p><script>', { 'a><b': 'c' }).t('y');
    body.c('*').t('z');
    expect(toHtml(sanitizeXhtml(body)!)).toBe('xyz');
  });

  it('too deep, or too many: it is not shown, in no more time than that', () => {
    const nest = (depth: number): string => '<span>'.repeat(depth) + '</span>'.repeat(depth);
    expect(html(nest(50))).toHaveLength(50 * 13);
    expect(sanitizeXhtml(bodyOf(nest(51)))).toBeUndefined();
    expect(sanitizeXhtml(bodyOf('<br/>'.repeat(5000)))?.children).toHaveLength(5000);
    expect(sanitizeXhtml(bodyOf('<br/>'.repeat(5001)))).toBeUndefined();
    // Deeper than any stack.
    const body = new Element('body', { xmlns: NS_XHTML });
    let inner = body;
    for (let i = 0; i < 100_000; i++) inner = inner.c('em');
    expect(sanitizeXhtml(body)).toBeUndefined();
  });

  it('whatever is in it, no more comes out than the profile has', () => {
    const names = fc.constantFrom('p', 'a', 'img', 'script', 'style', 'svg', 'li', 'ol', 'iframe', 'br', 'x:p', 'Body');
    const values = fc.constantFrom('javascript:a', 'https://a.example', 'x', '1', '"><script>', 'urn:evil', NS_XHTML);
    const attrs = fc.dictionary(
      fc.constantFrom('href', 'src', 'onclick', 'style', 'xmlns', 'width', 'rel', 'alt'),
      values,
    );
    const build = fc.letrec<{ node: Element | string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom('text', '<script>', ' '),
        fc
          .record({ name: names, attrs, children: fc.array(tie('node'), { maxLength: 4 }) })
          .map(({ name, attrs: given, children }) => {
            const element = new Element(name, given);
            for (const child of children)
              if (typeof child === 'object') element.cnode(child);
              else element.t(child);
            return element;
          }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(build.node, { maxLength: 5 }), (nodes) => {
        const body = new Element('body', { xmlns: NS_XHTML });
        for (const node of nodes)
          if (typeof node === 'object') body.cnode(node);
          else body.t(node);
        const shown = toHtml(sanitizeXhtml(body)!);
        const tag =
          / ?(?:(?:data-src|href)="https?:\/\/(?:a\.example|www\.w3\.org\/1999\/xhtml)"|width="1"|alt="[^"]*"|rel="noopener noreferrer")/;
        const rest = shown.replaceAll(new RegExp(`<(?:p|a|img|li|ol|br)(?:${tag.source})*>|</(?:p|a|li|ol)>`, 'g'), '');
        expect(rest).not.toContain('<');
      }),
    );
  });
});

describe('§8 which body', () => {
  const inLang = (lang: string, text: string): string =>
    `<body xmlns='${NS_XHTML}' ${lang === '' ? '' : `xml:lang='${lang}'`}><p>${text}</p></body>`;
  const several = messageOf(inLang('en-US', 'awesome!') + inLang('de-DE', 'ausgezeichnet!'));
  const read = (message: Element, ...languages: string[]): string | undefined => {
    const tree = readXhtml(message, languages);
    return tree && xhtmlText(tree);
  };

  it('the first language wanted that there is', () => {
    expect(read(several, 'fr', 'de-DE')).toBe('ausgezeichnet!');
    expect(read(several, 'fr')).toBe('awesome!');
    expect(read(messageOf(inLang('de', 'a') + inLang('', 'b'), `xml:lang='en'`), 'en-GB', 'de')).toBe('b');
    // §5: in distinct languages; of two in one, the first.
    expect(read(messageOf(inLang('de', 'a') + inLang('de', 'b')), 'de')).toBe('a');
  });

  it.each([
    ['no wrapper', xml('<message><body>a</body></message>')],
    ['nothing in it', messageOf('')],
    ['§4 no text beside it', xml(`<message><html xmlns='${NS_XHTML_IM}'>${inLang('', 'a')}</html></message>`)],
    ['another element', messageOf(`<p xmlns='${NS_XHTML}'>a</p>`)],
    ['another namespace', messageOf(`<body>a</body>`)],
    [
      'a wrapper of another namespace',
      xml(`<message><body>a</body><html xmlns='${NS_XHTML}'>${inLang('', 'a')}</html></message>`),
    ],
    [
      'a wrapper further in',
      xml(
        `<message><body>a</body><x xmlns='urn:x'><html xmlns='${NS_XHTML_IM}'>${inLang('', 'a')}</html></x></message>`,
      ),
    ],
  ])('%s: nothing to show', (_title, message) => {
    expect(readXhtml(message)).toBeUndefined();
  });
});

it.each([
  ['<p>a</p><p>b</p>', 'a\nb'],
  ['a<br/>b', 'a\nb'],
  ['  <p>\n  The\t<em>full</em>\n title </p>\n', 'The full title'],
  ['<blockquote><p>a</p><ol><li>b</li><li>c</li></ol></blockquote>d', 'a\nb\nc\nd'],
  ["x <img alt='smile' src='cid:a'/> y", 'x smile y'],
  ['<script>a</script>', ''],
])('as text, %j is %j', (content, expected) => {
  expect(xhtmlText(sanitizeXhtml(bodyOf(content))!)).toBe(expected);
});
