import { CodecError } from '@xeps/core/schema';
import { roundTrip, xml } from '@xeps/core/testing';
import { NS_HASHES, verifyHashes } from '@xeps/xep-0300';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFile, fileMetadata, NS_FILE_METADATA, NS_THUMBS, safeFileName, thumbnail } from './index.ts';

const hash = `<hash xmlns="${NS_HASHES}" algo="sha-256">ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=</hash>`;
const thumb = `<thumbnail xmlns="${NS_THUMBS}" uri="cid:sha1+ffd7@bob.xmpp.org" media-type="image/png" width="128" height="96"/>`;
const file = (content: string): string => `<file xmlns="${NS_FILE_METADATA}">${content}</file>`;

it('§2 text and value are the same thing', () => {
  const trip = roundTrip(
    fileMetadata,
    file(
      `<date>2015-07-26T20:46:00Z</date><desc>Picture</desc><desc xml:lang="de">Bild</desc>${hash}<height>1920</height>` +
        `<length>63000</length><media-type>video/mp4</media-type><name>test.mp4</name><size>6144</size>${thumb}<width>1080</width>`,
    ),
  );
  expect(trip.output).toBe(trip.input);
  expect(trip.value).toMatchObject({
    date: new Date('2015-07-26T20:46:00Z'),
    desc: new Map([
      ['', 'Picture'],
      ['de', 'Bild'],
    ]),
    hashes: [{ algo: 'sha-256' }],
    height: 1920,
    length: 63_000,
    mediaType: 'video/mp4',
    name: 'test.mp4',
    size: 6144,
    thumbnails: [{ uri: 'cid:sha1+ffd7@bob.xmpp.org', mediaType: 'image/png', width: 128, height: 96 }],
    width: 1080,
  });
});

it('§2 everything may be missing', () => {
  const trip = roundTrip(fileMetadata, file(''));
  expect(trip.value).toEqual({ desc: new Map(), hashes: [], thumbnails: [] });
  expect(trip.output).toBe(`<file xmlns="${NS_FILE_METADATA}"/>`);
});

it.each([
  ['<dimensions>512x256</dimensions>', { width: 512, height: 256 }],
  ['<dimensions>512x256</dimensions><width>3</width>', { width: 3 }],
  ['<dimensions>big</dimensions>', {}],
  ['<dimensions/>', {}],
])('reads %s of an earlier version, and does not write it', (content, sizes) => {
  const value = fileMetadata.decode(xml(file(content)));
  expect(value).toEqual({ desc: new Map(), hashes: [], thumbnails: [], ...sizes });
  expect(fileMetadata.stringify(value)).not.toContain('dimensions');
});

it('§2 a broken hash or thumbnail hides nothing else', () => {
  const value = fileMetadata.decode(
    xml(file(`<name>a</name><hash xmlns='${NS_HASHES}'/>${hash}<thumbnail xmlns='${NS_THUMBS}' uri='x'/>${thumb}`)),
  );
  expect(value).toMatchObject({ name: 'a', hashes: [{ algo: 'sha-256' }], thumbnails: [{ width: 128 }] });
});

it.each([
  '<size>-1</size>',
  '<size>many</size>',
  '<size>99999999999999999999</size>',
  '<width>1.5</width>',
  '<date>yesterday</date>',
  '<length/>',
])('%s is broken', (content) => {
  expect(() => fileMetadata.decode(xml(file(content)))).toThrow(CodecError);
});

it('XEP-0264 §3.1 a thumbnail is somewhere', () => {
  expect(() => thumbnail.decode(xml(`<thumbnail xmlns='${NS_THUMBS}'/>`))).toThrow(CodecError);
});

describe('§3 a name that is not to be trusted', () => {
  it.each([
    ['test.txt', 'test.txt'],
    ['Ärger im Büro – 2.tar.gz', 'Ärger im Büro – 2.tar.gz'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
    ['نامه‌ها.pdf', 'نامه‌ها.pdf'],
    ['/etc/passwd', '_etc_passwd'],
    ['../../private.txt', '_.._private.txt'],
    ['..\\..\\boot.ini', '_.._boot.ini'],
    ['C:\\Windows\\x.dll', 'C__Windows_x.dll'],
    ['a.txt:stream', 'a.txt_stream'],
    ['.bashrc', 'bashrc'],
    ['...', 'file'],
    ['. . .', 'file'],
    ['', 'file'],
    [undefined, 'file'],
    [' \t\n', 'file'],
    ['x.exe.', 'x.exe'],
    ['x.exe . .', 'x.exe'],
    ['nul\0.txt', '_nul.txt'],
    ['CON', '_CON'],
    ['com1.jpg', '_com1.jpg'],
    ['aux . txt', '_aux. txt'],
    ['console.log', 'console.log'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u2066b\u2069\u200e\u061c.c', 'ab.c'],
    ['a\r\nb.txt', 'ab.txt'],
    ['photo.jpg                                                  .exe', 'photo.jpg.exe'],
    ['a\ud800b', 'ab'],
    ['.txt', 'txt'],
  ])('%j is saved as %j', (name, safe) => expect(safeFileName(name)).toBe(safe));

  it('keeps the extension of one that is too long, and whole characters', () => {
    expect(safeFileName(`${'a'.repeat(500)}.jpeg`)).toBe(`${'a'.repeat(194)}.jpeg`);
    expect(safeFileName(`${'ä'.repeat(500)}.png`, { maxBytes: 9 })).toBe('ää.png');
    expect(safeFileName(`x${'👩‍👩‍👧'.repeat(100)}`, { maxBytes: 40 })).toBe('x👩‍👩‍👧👩‍👩‍👧');
    expect(safeFileName(`a.${'b'.repeat(500)}`)).toBe(`a.${'b'.repeat(197)}`);
    expect(safeFileName('x', { maxBytes: 0, fallback: 'unnamed' })).toBe('unnamed');
  });

  it('is one safe component, whatever comes', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('.', ' ', '/', '\\', ':', '\0', '\u202e', 'a', 'ä', '👩‍👩‍👧', '\ud800', 'con', '\n', '\u200b'),
      maxLength: 300,
    });
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (name) => {
        const safe = safeFileName(name);
        // oxlint-disable-next-line no-control-regex
        expect(safe).toMatch(/^[^\0-\x1f\x7f-\x9f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]+$/);
        expect(safe).not.toMatch(/^[. ]|[. ]$/);
        expect(safe).not.toMatch(/^con(\.|$)/i);
        expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(200);
        expect(safe.isWellFormed()).toBe(true);
        expect(safeFileName(safe)).toBe(safe);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['.', ' ', 'a.', '👩‍👩‍👧', ' .'])('a million times “%s” makes a short name', (unit) => {
    const name = safeFileName(unit.repeat(1_000_000));
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
  });
});

describe('describing a file', () => {
  it('says what is known, but not when it was changed', async () => {
    const picture = new File(['abc'], 'summit.jpg', { type: 'image/jpeg', lastModified: 5 });
    const described = await describeFile(picture);
    expect(fileMetadata.stringify(described)).toBe(
      file(`${hash}<media-type>image/jpeg</media-type><name>summit.jpg</name><size>3</size>`),
    );
    expect(await verifyHashes(picture, fileMetadata.decode(fileMetadata.encode(described)).hashes)).toBe('match');
  });

  it('with the algorithms that are asked for, of a Blob without a name', async () => {
    const described = await describeFile(new Blob(['abc']), { algorithms: ['sha-512', 'sha3-256'] });
    expect(described.hashes?.map(({ algo }) => algo)).toEqual(['sha-512', 'sha3-256']);
    expect(described).not.toHaveProperty('name');
    expect(described).not.toHaveProperty('mediaType');
    await expect(describeFile(new Blob(['abc']), { algorithms: ['md5'] })).rejects.toMatchObject({
      reason: 'insecure',
    });
    await expect(describeFile(new Blob([]), { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
