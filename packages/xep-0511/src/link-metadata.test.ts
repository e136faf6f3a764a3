import { CodecError } from '@xeps/core/schema';
import { link as join, roundTrip, xml } from '@xeps/core/testing';
import { sendMessage } from '@xeps/rfc-6121';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkDescription, linkPreviews, linksIn, NS_OG, NS_OG_IMAGE, NS_RDF } from './index.ts';

const about = 'https://the.link.example.com/what-was-linked-to';

it('§3.1 text and value are the same thing', () => {
  const og = (name: string, value: string): string => `<${name} xmlns="${NS_OG}">${value}</${name}>`;
  const text =
    `<Description xmlns="${NS_RDF}" xmlns:rdf="${NS_RDF}" rdf:about="${about}" xml:lang="en">${og('title', 'T')}${og('description', 'D')}` +
    `${og('url', 'https://example.com/')}${og('image', 'https://example.com/i.png')}${og('image', 'cid:a@b')}` +
    `<alt xmlns="${NS_OG_IMAGE}">A</alt>${og('video', 'https://example.com/v')}${og('type', 'website')}${og('site_name', 'S')}` +
    `<creator xmlns="http://purl.org/dc/elements/1.1/">C</creator></Description>`;
  const trip = roundTrip(linkDescription, text);
  expect(trip.output).toBe(text);
  expect(trip.value).toMatchObject({
    about,
    lang: 'en',
    title: 'T',
    description: 'D',
    url: 'https://example.com/',
    images: ['https://example.com/i.png', 'cid:a@b'],
    imageAlt: 'A',
    videos: ['https://example.com/v'],
    type: 'website',
    siteName: 'S',
  });
  expect(trip.value).not.toHaveProperty('rdf');
  expect(trip.value.others.map((other) => other.name)).toEqual(['creator']);
});

it.each([
  `<rdf:Description xmlns:rdf='${NS_RDF}' rdf:about='${about}'/>`,
  `<Description xmlns='${NS_RDF}' xmlns:ns1='${NS_RDF}' ns1:about='${about}'/>`,
  `<x:Description xmlns:x='${NS_RDF}' x:about='${about}'/>`,
  `<Description xmlns='${NS_RDF}' xmlns:rdf='urn:other' rdf:about='https://other.example/' xmlns:r='${NS_RDF}' r:about='${about}'/>`,
])('§3.1 %s: prefixes are nobody’s business', (text) => {
  expect(linkDescription.decode(xml(text)).about).toBe(about);
  expect(linkDescription.find(xml(`<message>${text}</message>`))?.about).toBe(about);
});

it.each([
  `<Description xmlns='${NS_RDF}'/>`,
  `<Description xmlns='${NS_RDF}' about='${about}'/>`,
  `<Description xmlns='${NS_RDF}' xmlns:rdf='urn:other' rdf:about='${about}'/>`,
  `<Description xmlns='${NS_RDF}' xmlns:rdf='${NS_RDF}' rdf:about='what-was-linked-to'/>`,
])('§3.1 %s says not what it is about', (text) => {
  expect(() => linkDescription.decode(xml(text))).toThrow(CodecError);
});

const escape = (text: string): string => text.replace(/[&<"]/g, (c) => `&#${c.charCodeAt(0)};`);
const described = (of: string, content = '<title>T</title>', lang = ''): string =>
  `<Description xmlns='${NS_RDF}' xmlns:rdf='${NS_RDF}' rdf:about="${escape(of)}"${lang && ` xml:lang='${lang}'`}>` +
  content.replace(/<(\w+)/g, (tag, name: string) => `${tag} xmlns='${name === 'alt' ? NS_OG_IMAGE : NS_OG}'`) +
  `</Description>`;
const previews = (body: string, descriptions: string, languages?: string[]): ReturnType<typeof linkPreviews> =>
  linkPreviews(xml(`<message type='chat'><body>${escape(body)}</body>${descriptions}</message>`), languages);

describe('§6 what is shown is about a link of the body', () => {
  it.each([
    [`I wanted to mention ${about}`, about, about],
    [about, about, about],
    ['see (https://a.example/x), and more', 'https://a.example/x', 'https://a.example/x'],
    ['https://en.example/wiki/A_(b).', 'https://en.example/wiki/A_(b)', 'https://en.example/wiki/A_(b)'],
    ['<https://a.example/?q=1&r=2>', 'https://a.example/?q=1&r=2', 'https://a.example/?q=1&r=2'],
    ['HTTPS://A.Example', 'https://a.example/', 'https://a.example/'],
    ['look: https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC', 'https://xn--bcher-kva.example/%C3%BC'],
    ['*https://a.example/x*', 'https://a.example/x', 'https://a.example/x'],
    ['http://a.example:8080/x😺', 'http://a.example:8080/x', 'http://a.example:8080/x'],
  ])('%s', (body, of, link) => {
    expect(previews(body, described(of))).toMatchObject([{ link, host: new URL(link).host, title: 'T' }]);
  });

  it.each([
    ['no link at all', 'hello', about],
    ['another link', 'https://a.example/', about],
    ['the beginning of a link', 'https://good.example.evil.example/', 'https://good.example/'],
    ['the beginning of a path', 'https://a.example/login/really', 'https://a.example/login'],
    ['another scheme', 'http://a.example/', 'https://a.example/'],
    ['a part of a word', 'xhttps://a.example/', 'https://a.example/'],
    ['what is behind credentials', 'https://good.example@evil.example/', 'https://good.example@evil.example/'],
    ['a program', 'javascript:alert(1)', 'javascript:alert(1)'],
    ['an address of XMPP', 'xmpp:romeo@montague.lit', 'xmpp:romeo@montague.lit'],
    ['no address', 'https://', 'https://'],
    ['a letter that looks alike', 'https://\u0430.example/', 'https://a.example/'],
  ])('%s is none', (_what, body, of) => {
    expect(previews(body, described(of))).toEqual([]);
  });

  it('a message without body, a bounce, and a broken description have none', () => {
    expect(linkPreviews(xml(`<message>${described(about)}</message>`))).toEqual([]);
    expect(linkPreviews(xml(`<message type='error'><body>${about}</body>${described(about)}</message>`))).toEqual([]);
    expect(previews(about, `<Description xmlns='${NS_RDF}'/>`)).toEqual([]);
    expect(previews(about, '')).toEqual([]);
    expect(previews(about, `<Description xmlns='${NS_RDF}'/>${described(about)}`)).toHaveLength(1);
  });

  it('never leads anywhere else', () => {
    const [shown] = previews(about, described(about, '<title>Bank</title><url>https://evil.example/</url>'));
    expect(JSON.stringify(shown)).not.toContain('evil');
  });

  it('the name of the site does not replace the host', () => {
    expect(
      previews(
        'https://evil.example/',
        described('https://evil.example/', '<site_name>Bank</site_name><title>T</title>'),
      ),
    ).toEqual([{ link: 'https://evil.example/', host: 'evil.example', title: 'T', siteName: 'Bank', images: [] }]);
  });
});

it('§6 texts are plain, on one line, and not too long', () => {
  const [shown] = previews(
    about,
    described(about, `<title>\u202eA\u2066 \n B\u200f</title><description>${'😺'.repeat(900)}</description>`),
  );
  expect(shown?.title).toBe('A B');
  expect(shown?.description).toBe(`${'😺'.repeat(499)}…`);
  expect(previews(about, described(about, '<title> \u200e </title><description/><site_name>S</site_name>'))).toEqual(
    [],
  );
});

it('§3.1, §7 images by address or as they are, without programs', () => {
  const good = [
    'https://link.to.example.com/image.png',
    'cid:sha-256+e3b0@bob.xmpp.org',
    'ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    'data:image/jpeg,...',
    'data:image/png;base64,AAAA',
  ];
  const bad = [
    '',
    'image.png',
    'javascript:x',
    'data:image/svg+xml,x',
    'data:text/html,x',
    'file:///x',
    'https://a@b.example/',
  ];
  const images = [...bad, ...good].map((image) => `<image>${escape(image)}</image>`).join('');
  expect(previews(about, described(about, `${images}<alt>Alt text</alt>`))).toMatchObject([
    { images: good, imageAlt: 'Alt text' },
  ]);
});

it('§5 of several languages the one that is read', () => {
  const both =
    described(about, '<title>Best</title>', 'en') +
    described(about, '<title>Beste</title>', 'de') +
    described(about, '<title>Later</title>', 'de');
  expect(previews(about, both, ['de-AT'])).toMatchObject([{ title: 'Beste', lang: 'de' }]);
  expect(previews(about, both, ['fr'])).toMatchObject([{ title: 'Best', lang: 'en' }]);
  expect(previews(about, both)).toMatchObject([{ title: 'Best' }]);
});

it('several links in the order of their descriptions, and no more than anybody reads', () => {
  const links = Array.from({ length: 300 }, (_, i) => `https://a.example/${i}`);
  const shown = previews(links.join(' '), links.map((of) => described(of)).join(''));
  expect(shown.map(({ link }) => link)).toEqual(links.slice(0, 10));
});

it('links are found in linear time', () => {
  for (const text of [
    'https://a.example/' + '.'.repeat(1_000_000),
    'https://'.repeat(100_000),
    'http://a/) '.repeat(90_000),
  ]) {
    const begin = performance.now();
    expect(linksIn(text).size).toBeLessThan(1000);
    expect(performance.now() - begin).toBeLessThan(500);
  }
});

it('finds every link that stands alone', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), fc.constantFrom(' ', '\n', '\t', '"'), (url, space) => {
      expect(linksIn(`before${space}${url}${space}after`)).toContain(new URL(url).href);
    }),
  );
});

it('goes with a message', async () => {
  const { client, server } = join();
  const came = new Promise<ReturnType<typeof linkPreviews>>(
    (resolve) => void server.on('message', (message) => resolve(linkPreviews(message))),
  );
  const payloads = [linkDescription.encode({ about, title: 'The Best Webpage' })];
  await sendMessage(client, { to: 'juliet@capulet.lit', body: `See ${about}!`, payloads });
  expect(await came).toEqual([{ link: about, host: 'the.link.example.com', title: 'The Best Webpage', images: [] }]);
});
