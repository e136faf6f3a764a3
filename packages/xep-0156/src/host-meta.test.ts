import { describe, expect, test } from 'vitest';
import { HostMetaError, parseHostMetaJson, parseHostMetaXml } from './index.ts';

const xrd = (inner: string, attributes = "xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'"): string =>
  `<XRD ${attributes}>${inner}</XRD>`;
const ws = '<Link rel="urn:xmpp:alt-connections:websocket" href="wss://web.example.com/ws"/>';
const both = [
  { kind: 'bosh', url: 'https://web.example.com:5280/bosh' },
  { kind: 'websocket', url: 'wss://web.example.com/ws' },
];

describe('§2.3 the printed examples', () => {
  test('XRD', () => {
    const printed = `<?xml version='1.0' encoding='utf-8'?>
<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>
  ...
  <Link rel="urn:xmpp:alt-connections:xbosh"
        href="https://web.example.com:5280/bosh" />
  <Link rel="urn:xmpp:alt-connections:websocket"
        href="wss://web.example.com:443/ws" />
  ...
</XRD>
`;
    expect(parseHostMetaXml(printed)).toEqual(both);
  });

  test('JRD, with the ellipses taken out', () => {
    const printed = `{
  "links": [
    {
      "rel": "urn:xmpp:alt-connections:xbosh",
      "href": "https://web.example.com:5280/bosh"
    },
    {
      "rel": "urn:xmpp:alt-connections:websocket",
      "href": "wss://web.example.com:443/ws"
    }
  ]
}`;
    expect(parseHostMetaJson(printed)).toEqual(both);
  });
});

describe('XRD as others write it', () => {
  test.each([
    ['comments', `<!-- for web clients -->${xrd(`<!--<Link>-->${ws}`)}<!-- end -->`],
    ['a byte order mark and white space', `\uFEFF\n ${xrd(ws)}`],
    [
      'a prefix',
      `<x:XRD xmlns:x='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${ws.replace('<Link', '<x:Link')}</x:XRD>`,
    ],
    ['other links and elements', xrd(`<Subject>s</Subject><Link rel='lrdd' template='https://x/{uri}'/>${ws}`)],
    ['the same link twice', xrd(ws + ws)],
  ])('%s', (_, text) =>
    expect(parseHostMetaXml(text)).toEqual([{ kind: 'websocket', url: 'wss://web.example.com/ws' }]),
  );

  test('links of another namespace, or deeper, are not links', () => {
    expect(parseHostMetaXml(xrd(ws.replace('<Link', "<Link xmlns='urn:other'")))).toEqual([]);
    expect(parseHostMetaXml(xrd(`<Other>${ws}</Other>`))).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['HTML', '<!DOCTYPE html><html></html>'],
    ['another root', `<Link xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'/>`],
    ['another namespace', xrd(ws, "xmlns='urn:other'")],
    ['a DTD', `<!DOCTYPE XRD [<!ENTITY a "b">]>${xrd('&a;')}`],
    ['a comment that does not end', `<!-- ${xrd(ws)}`],
    ['cut short', xrd(ws).slice(0, -3)],
    ['two documents', xrd(ws) + xrd(ws)],
  ])('%s is malformed', (_, text) => expect(() => parseHostMetaXml(text)).toThrow(HostMetaError));

  test('thousands of unfinished comments take no time', () => {
    const start = performance.now();
    expect(() => parseHostMetaXml('<!--'.repeat(16_384))).toThrow(HostMetaError);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('JRD as others write it', () => {
  test.each([
    ['no links', '{}'],
    ['none', '{"links":[]}'],
    ['not objects', '{"links":[1,null,"a",[]]}'],
    ['no strings', '{"links":[{"rel":1,"href":{}},{"rel":"urn:xmpp:alt-connections:websocket"}]}'],
    ['a property of objects', '{"links":[{"rel":"constructor","href":"wss://a/"}]}'],
  ])('%s: nothing', (_, text) => expect(parseHostMetaJson(text)).toEqual([]));

  test.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['links a string', '{"links":"a"}'],
  ])('%s is malformed', (_, text) => expect(() => parseHostMetaJson(text)).toThrow(HostMetaError));
});

describe('§2.2 rule 1: only wss: and https:', () => {
  const parse = (rel: string, href: string, loopback?: boolean): number =>
    parseHostMetaJson(JSON.stringify({ links: [{ rel: `urn:xmpp:alt-connections:${rel}`, href }] }), loopback).length;

  test.each([
    ['websocket', 'ws://web.example.com/ws'],
    ['websocket', 'https://web.example.com/ws'],
    ['websocket', 'javascript:alert(1)'],
    ['websocket', '/ws'],
    ['websocket', 'wss://'],
    ['websocket', 'wss://user:secret@web.example.com/ws'],
    ['websocket', 'wss://web.example.com/ws#part'],
    ['xbosh', 'http://web.example.com/bosh'],
    ['xbosh', 'wss://web.example.com/bosh'],
    ['httppoll', 'https://web.example.com/poll'],
  ])('%s %s is left out', (rel, href) => {
    expect(parse(rel, href)).toBe(0);
    expect(parse(rel, href, true)).toBe(0);
  });

  test('open links to this machine only where asked for', () => {
    for (const host of ['localhost:5280', '127.0.0.1', '[::1]:5280', 'xmpp.localhost']) {
      expect(parse('websocket', `ws://${host}/ws`)).toBe(0);
      expect(parse('websocket', `ws://${host}/ws`, true)).toBe(1);
      expect(parse('xbosh', `http://${host}/bosh`, true)).toBe(1);
    }
    for (const host of ['localhost.example.com', '127.0.0.1.example.com', '[::2]']) {
      expect(parse('websocket', `ws://${host}/ws`, true)).toBe(0);
    }
  });
});
