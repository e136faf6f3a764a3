import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { NS_HASHES } from '@xeps/xep-0300';
import { hintsOf } from '@xeps/xep-0334';
import { stripFallback } from '@xeps/xep-0428';
import { NS_FILE_METADATA } from '@xeps/xep-0446';
import { describe, expect, it } from 'vitest';
import {
  attachedSources,
  attachTo,
  downloadUrls,
  fileMessage,
  fileSharing,
  isInline,
  NS_ATTACHING,
  NS_SFS,
  NS_URL_DATA,
  sharedFiles,
  sources,
  sourcesMessage,
  urlData,
} from './index.ts';
import type { FileMessage, FileSharing, OutgoingFile } from './index.ts';

const url = 'https://download.montague.lit/4a77/summit.jpg';
const hash = `<hash xmlns="${NS_HASHES}" algo="sha-256">ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</hash>`;
const file = (content = hash): string => `<file xmlns="${NS_FILE_METADATA}">${content}</file>`;
const urlOf = (target: string): string => `<url-data xmlns="${NS_URL_DATA}" target="${target}"/>`;
const jingle = `<jinglepub xmlns="urn:xmpp:jinglepub:1" from="romeo@montague.lit/r" id="9559"/>`;

it('§3.1 text and value are the same thing', () => {
  const trip = roundTrip(
    fileSharing,
    `<file-sharing xmlns="${NS_SFS}" id="1" disposition="inline">${file()}<sources>${urlOf(url)}${jingle}</sources></file-sharing>`,
  );
  expect(trip.output).toBe(trip.input);
  expect(trip.value).toMatchObject({
    id: '1',
    disposition: 'inline',
    file: { hashes: [{ algo: 'sha-256' }] },
    sources: { urls: [{ target: url, details: [] }] },
  });
  expect(trip.value.sources?.others.map(String)).toEqual([jingle]);
});

it('XEP-0103 §5.1 an address keeps what is said about it', () => {
  const trip = roundTrip(
    urlData,
    `<url-data xmlns="${NS_URL_DATA}" target="${url}" sid="a0"><desc>A file</desc><header xmlns="urn:h" name="Cookie">x</header></url-data>`,
  );
  expect(trip.value).toMatchObject({ target: url, sid: 'a0', desc: new Map([['', 'A file']]) });
  expect(trip.output).toBe(trip.input);
});

it('§3.3 what is attached, and to what', () => {
  const trip = roundTrip(sources, `<sources xmlns="${NS_SFS}" id="1">${urlOf(url)}</sources>`);
  expect(trip.output).toBe(trip.input);
  expect(roundTrip(attachTo, `<attach-to xmlns="${NS_ATTACHING}" id="m1"/>`).value).toEqual({ id: 'm1' });
});

it('§3.2 an unknown disposition is none, and without sources they come later', () => {
  const value = fileSharing.decode(
    xml(`<file-sharing xmlns='${NS_SFS}' disposition='poster'>${file()}</file-sharing>`),
  );
  expect(value).not.toHaveProperty('disposition');
  expect(value).not.toHaveProperty('sources');
});

it('a broken address hides no other source', () => {
  const value = sources.decode(xml(`<sources xmlns='${NS_SFS}'>${urlOf('x')}${urlOf(url)}${jingle}</sources>`));
  expect(value.urls.map(({ target }) => target)).toEqual([url]);
  expect(value.others).toHaveLength(1);
});

it.each([`<file-sharing xmlns='${NS_SFS}'/>`, `<file-sharing xmlns='${NS_SFS}'><file/></file-sharing>`])(
  '%s is broken',
  (text) => expect(() => fileSharing.decode(xml(text))).toThrow(CodecError),
);

const message = (content: string, attrs = ''): ReturnType<typeof xml> => xml(`<message ${attrs}>${content}</message>`);
const share = (content = '', attrs = ''): string =>
  `<file-sharing xmlns='${NS_SFS}' ${attrs}>${file(content)}</file-sharing>`;

it('§4.2 reads all files of a message but broken ones, and none of a bounce', () => {
  const content = share('<name>a</name>', `id='1'`) + `<file-sharing xmlns='${NS_SFS}'/>` + share('<name>b</name>');
  expect(sharedFiles(message(content)).map(({ file: { name } }) => name)).toEqual(['a', 'b']);
  expect(sharedFiles(message(content, `type='error'`))).toEqual([]);
  expect(sharedFiles(message(''))).toEqual([]);
  expect(sharedFiles(message(share().repeat(500)))).toHaveLength(100);
});

describe('§3.1 a message with a file', () => {
  const summit: OutgoingFile = { file: { name: 'summit.jpg' }, urls: [url] };
  /** Sends it and gives what arrives. */
  const sent = async (content: FileMessage): Promise<ReturnType<typeof xml>> => {
    const { client, server } = link();
    const came = new Promise<ReturnType<typeof xml>>((resolve) => void server.on('message', resolve));
    await sendMessage(client, { to: 'juliet@capulet.lit', ...content });
    return came;
  };
  const bodyOf = (got: ReturnType<typeof xml>): string => messageBody.find(got)?.text ?? '';

  it('is understood by others, and shows no text to those who know', async () => {
    const got = await sent(fileMessage({ ...summit, disposition: 'inline' }));
    expect(bodyOf(got)).toBe(url);
    expect(oobData.find(got)).toEqual({ url });
    expect(stripFallback(bodyOf(got), got, NS_SFS)).toBe('');
    expect(sharedFiles(got)).toMatchObject([
      { disposition: 'inline', file: { name: 'summit.jpg' }, sources: { urls: [{ target: url }] } },
    ]);
    expect(hintsOf(got).size).toBe(0);
  });

  it('§4.1 keeps the text of its own', async () => {
    const got = await sent(fileMessage(summit, 'Summit was great 😺\n'));
    expect(bodyOf(got)).toBe(`Summit was great 😺\n\n${url}`);
    expect(stripFallback(bodyOf(got), got, NS_SFS)).toBe('Summit was great 😺\n');
  });

  it('without an address asks to be stored, or has a text', async () => {
    const later = await sent(fileMessage({ file: { name: 'summit.jpg' } }));
    expect([...hintsOf(later)]).toEqual(['store']);
    expect(bodyOf(later)).toBe('');
    expect(sharedFiles(later)[0]).not.toHaveProperty('sources');
    const withText = await sent(fileMessage({ file: {}, others: [xml(jingle)] }, 'hello'));
    expect(bodyOf(withText)).toBe('hello');
    expect(stripFallback('hello', withText, NS_SFS)).toBe('hello');
    expect(sharedFiles(withText)[0]?.sources?.others.map(String)).toEqual([jingle]);
  });

  it('§4.2 has several files with ids of their own', async () => {
    const got = await sent(
      fileMessage([summit, { file: {}, urls: ['https://a.example/2'] }, { file: {}, id: 'mine' }]),
    );
    const ids = sharedFiles(got).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(undefined);
    expect(ids[2]).toBe('mine');
    expect(bodyOf(got)).toBe(`${url}\nhttps://a.example/2`);
    expect(stripFallback(bodyOf(got), got, NS_SFS)).toBe('');
    expect(oobData.find(got)).toBeUndefined();
  });

  it('§3.3 sources follow', async () => {
    const got = await sent(sourcesMessage('m1', { urls: ['cid:a@b', url] }, 'f1'));
    expect(attachTo.find(got)).toEqual({ id: 'm1' });
    expect(sources.find(got)).toMatchObject({ id: 'f1', urls: [{ target: 'cid:a@b' }, { target: url }] });
    expect(bodyOf(got)).toBe(url);
    expect(stripFallback(bodyOf(got), got, NS_SFS)).toBe('');
    const hidden = await sent(sourcesMessage('m1', { others: [xml(jingle)] }));
    expect([...hintsOf(hidden)]).toEqual(['store']);
  });

  it('an address that is none is refused', () => {
    expect(() => fileMessage({ file: {}, urls: ['summit.jpg'] })).toThrow(CodecError);
    expect(() => sourcesMessage('m1', { urls: [''] })).toThrow(CodecError);
  });
});

const decoded = (content: string, attrs = '', where = ''): FileSharing =>
  fileSharing.decode(
    xml(
      `<file-sharing xmlns='${NS_SFS}' ${attrs}>${file(content)}${where && `<sources>${where}</sources>`}</file-sharing>`,
    ),
  );

describe('§6 where to fetch', () => {
  const bad = [
    'ftp://a.example/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'aesgcm://a.example/x',
  ];
  const all = [
    'http://a.example/1',
    ...bad,
    url,
    'https://good.example@evil.example/',
    'https://',
    'HTTPS://A.example/2',
    url,
  ];

  it('https first, http where a hash will tell, nothing else, nothing twice', () => {
    const where = all.map(urlOf).join('');
    expect(downloadUrls(decoded(hash, '', where))).toEqual([url, 'https://a.example/2', 'http://a.example/1']);
    expect(downloadUrls(decoded('', '', where))).toEqual([url, 'https://a.example/2']);
    expect(downloadUrls(decoded(hash.replace('sha-256', 'sha-1'), '', where))).not.toContain('http://a.example/1');
    expect(downloadUrls(decoded(hash))).toEqual([]);
  });

  it('is no more than anybody tries', () => {
    const many = Array.from({ length: 5000 }, (_, i) => urlOf(`https://a.example/${i}`)).join('');
    expect(downloadUrls(decoded(hash, '', many))).toHaveLength(20);
  });

  const later = `<attach-to xmlns='${NS_ATTACHING}' id='m1'/><sources xmlns='${NS_SFS}'>${urlOf('https://other.example/x')}</sources>`;
  const original = (
    attrs = `type='chat' from='romeo@montague.lit/r' to='juliet@capulet.lit'`,
  ): ReturnType<typeof xml> => message('', `id='m1' ${attrs}`);
  const urlsFor = (content: string, attached: ReturnType<typeof attachedSources>): string[] =>
    downloadUrls(decoded(content, '', urlOf(url)), attached === undefined ? [] : [attached]);

  it.each([
    ['the sharer’s other device', `type='chat' from='romeo@montague.lit/other'`, true],
    ['the sharer', `from='ROMEO@montague.lit/r'`, true],
    ['the receiver', `type='chat' from='juliet@capulet.lit/b'`, false],
  ])('§3.3 %s may add sources', (_who, attrs, bySender) => {
    const attached = attachedSources(original(), message(later, attrs));
    expect(attached?.bySender).toBe(bySender);
    expect(urlsFor(hash, attached)).toEqual([url, 'https://other.example/x']);
    expect(urlsFor('', attached)).toHaveLength(bySender ? 2 : 1);
  });

  it.each([
    ['a stranger', later, `type='chat' from='mallory@evil.example/x'`],
    ['somebody whose address looks alike', later, `type='chat' from='romeo@montague.lit.evil.example/r'`],
    ['a room', later, `type='groupchat' from='romeo@montague.lit/r'`],
    ['a bounce', later, `type='error' from='romeo@montague.lit/r'`],
    ['nobody', later, `type='chat'`],
    ['nonsense', later, `type='chat' from='@'`],
    ['one who means another message', later.replace('m1', 'm2'), `type='chat' from='romeo@montague.lit/r'`],
    ['one who attaches nothing', later.replace(NS_SFS, 'urn:other'), `type='chat' from='romeo@montague.lit/r'`],
    ['one who does not say to what', later.replace('attach-to', 'x'), `type='chat' from='romeo@montague.lit/r'`],
  ])('§3.3 %s adds none', (_who, content, attrs) => {
    expect(attachedSources(original(), message(content, attrs))).toBeUndefined();
  });

  it('§3.3 nothing is added to a message without id or sender', () => {
    const from = `type='chat' from='romeo@montague.lit/r'`;
    expect(attachedSources(message('', from), message(later, from))).toBeUndefined();
    expect(attachedSources(message('', `id='m1'`), message(later, from))).toBeUndefined();
  });

  it('§6 in a room others count only where a hash will tell, whatever they are called', () => {
    const room = original(`type='groupchat' from='coven@muc.lit/first'`);
    const renamed = message(later, `type='groupchat' from='coven@muc.lit/first'`);
    expect(urlsFor('', attachedSources(room, renamed))).toEqual([url]);
    expect(urlsFor('', attachedSources(room, renamed, { sameOccupant: true }))).toHaveLength(2);
    expect(urlsFor(hash, attachedSources(room, renamed))).toHaveLength(2);
    expect(attachedSources(room, message(later, `type='groupchat' from='other@muc.lit/first'`))).toBeUndefined();
    expect(attachedSources(room, message(later, `type='chat' from='coven@muc.lit/first'`))).toBeUndefined();
  });

  it('§3.3 sources of another file of the message are not this one’s', () => {
    const attached = attachedSources(
      original(),
      message(later.replace(`'${NS_SFS}'`, `'${NS_SFS}' id='photo2'`), `type='chat' from='romeo@montague.lit/r'`),
    )!;
    expect(downloadUrls(decoded(hash, `id='photo1'`), [attached])).toEqual([]);
    expect(downloadUrls(decoded(hash), [attached])).toEqual([]);
    expect(downloadUrls(decoded(hash, `id='photo2'`), [attached])).toEqual(['https://other.example/x']);
  });
});

it.each([
  ['image/png', undefined, true],
  ['VIDEO/webm', undefined, true],
  ['text/html', undefined, false],
  ['application/pdf', undefined, false],
  ['application/pdf', 'inline', true],
  ['image/png', 'attachment', false],
  ['application/octet-stream', 'inline', false],
  [undefined, 'inline', false],
  [undefined, undefined, false],
] as const)('§3.2 of type %s and disposition %s: shown with the message is %s', (mediaType, disposition, inline) => {
  const content = mediaType === undefined ? '' : `<media-type>${mediaType}</media-type>`;
  expect(isInline(decoded(content, disposition === undefined ? '' : `disposition='${disposition}'`))).toBe(inline);
});
