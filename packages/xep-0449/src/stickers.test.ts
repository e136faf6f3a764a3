import { StanzaError } from '@xeps/core';
import type { RequestContext } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { base64, CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { discoInfoQuery } from '@xeps/xep-0030';
import { NS_PUBLISH_OPTIONS, pubsubGetQuery, pubsubSetQuery } from '@xeps/xep-0060';
import type { PubsubItemInput } from '@xeps/xep-0060';
import { NS_HASHES } from '@xeps/xep-0300';
import { hintsOf } from '@xeps/xep-0334';
import { NS_FILE_METADATA } from '@xeps/xep-0446';
import { downloadUrls, NS_SFS, NS_URL_DATA } from '@xeps/xep-0447';
import { describe, expect, it } from 'vitest';
import {
  createStickerPack,
  getStickerPack,
  getStickerPacks,
  importStickerPack,
  NS_STICKERS,
  publishStickerPack,
  sticker,
  stickerMessage,
  stickerOf,
  stickerPack,
  stickerPackHash,
  stickerPackId,
  stickerPackUri,
  verifyStickerPack,
} from './index.ts';
import type { StickerPack, StickerPackContent, StickerPackFault } from './index.ts';

const thumbsUp = '0AdP8lJOWJrugSKOIAqfEKqFatIpG5JBCjjxY253ojQ=';
const kiss = 'gw+6xdCgOcvCYSKuQNrXH33lV9NMzuDf/s0huByCDsY=';
const url = 'https://download.montague.lit/51078299/sticker_marsey_kiss.png';

const text = (of: string, lang = ''): ReadonlyMap<string, string> => new Map([[lang, of]]);
const item = (desc: string, ...hashes: (readonly [algo: string, value: string])[]) => ({
  file: { desc: text(desc), hashes: hashes.map(([algo, value]) => ({ algo, value: base64.decode(value) })) },
  sources: { urls: [{ target: url }] },
});
const marsey = {
  name: text('Marsey the Cat'),
  summary: text('Be cute or be cynical, this little kitten works both ways.'),
  items: [item('👍', ['sha-256', thumbsUp]), item('😘', ['sha-256', kiss])],
} satisfies StickerPackContent;

const refused = (reason: StickerPackFault): object => ({ name: 'StickerPackError', reason });

it('§4.3.1 text and value are the same thing', () => {
  const file = `<file xmlns="${NS_FILE_METADATA}"><desc>👍</desc><hash xmlns="${NS_HASHES}" algo="sha-256">${thumbsUp}</hash></file>`;
  const trip = roundTrip(
    stickerPack,
    `<pack xmlns="${NS_STICKERS}"><name>Marsey the Cat</name><name xml:lang="de">Die Katze</name><summary>Be cute.</summary><restricted/>` +
      `<item>${file}<sources xmlns="${NS_SFS}"><url-data xmlns="${NS_URL_DATA}" target="${url}"/></sources><suggest>+1</suggest><suggest xml:lang="de">gut</suggest></item>` +
      `<hash xmlns="${NS_HASHES}" algo="sha-256">EpRv28DHHzFrE4zd+xaNpVb4jbu4s74XtioExNjQzZ0=</hash></pack>`,
  );
  expect(trip.output).toBe(trip.input);
  expect(trip.value).toMatchObject({
    restricted: true,
    items: [{ suggestions: [{ text: '+1' }, { text: 'gut', lang: 'de' }], sources: { urls: [{ target: url }] } }],
  });
  expect(stickerPackId(trip.value)).toBe('EpRv28DHHzFrE4zd+xaNpVb4');
  expect(() => stickerPack.decode(xml(`<pack xmlns='${NS_STICKERS}'/>`))).toThrow(CodecError);
});

it('§4.4 what is a sticker, and of which pack', () => {
  const trip = roundTrip(sticker, `<sticker xmlns="${NS_STICKERS}" pack="EpRv" jid="romeo@montague.lit" node="n"/>`);
  expect(trip.output).toBe(trip.input);
  expect(roundTrip(sticker, `<sticker xmlns="${NS_STICKERS}"/>`).value).toEqual({});
});

describe('§4.3.2 the hash of a pack', () => {
  // Computed by another program, after the specification: the hash that it prints is of stickers that were left out in print.
  it('is of the texts and hashes', async () => {
    const hash = await stickerPackHash(marsey);
    expect(base64.encode(hash.value)).toBe('N6zJI4PTGfFfSJbwakmBihwBdP6sPFSdhgKE5hzMH4w=');
    const long = await stickerPackHash(marsey, 'sha-512');
    expect(stickerPackId({ hash: long })).toBe('qlG7AXVbBMtzvoyoOSzC5u/P');
  });

  it('is of octets in their order, whatever the order of the parts', async () => {
    // U+FF5E is before U+1F618 in UTF-8, and after it in UTF-16.
    const sha1 = ['sha-1', '2AfMGH8O7UNPTvUVAM9aK13mpCY='] as const;
    const names = [
      ['', 'Marsey the Cat'],
      ['de', 'Marsey, die Katze'],
    ] as const;
    const one = {
      name: new Map(names),
      summary: text('Be cute.'),
      items: [item('😘', ['sha-256', kiss], sha1), item('～', sha1, ['sha-256', thumbsUp])],
    };
    const other = { ...one, name: new Map([...names].reverse()), items: [...one.items].reverse() };
    for (const pack of [one, other])
      expect(base64.encode((await stickerPackHash(pack)).value)).toBe('/XhyrKqhbMaoW61SHObFpsBmay8J37gEinBL2zVk8zs=');
  });

  it('says nothing about the rest', async () => {
    const [first, second] = marsey.items;
    const other = {
      ...marsey,
      restricted: true,
      items: [{ ...first!, sources: {} }, { file: { ...second!.file, name: 'x' } }],
    };
    expect(stickerPackId({ hash: await stickerPackHash(other) })).toBe('N6zJI4PTGfFfSJbwakmBihwB');
  });
});

describe('§4.3 a pack', () => {
  it('is made, and is what it says', async () => {
    const pack = await createStickerPack(marsey);
    expect(stickerPackId(pack)).toBe('N6zJI4PTGfFfSJbwakmBihwB');
    await verifyStickerPack(pack);
    const read = stickerPack.decode(stickerPack.encode(pack));
    await verifyStickerPack(read, 'N6zJI4PTGfFfSJbwakmBihwB');
  });

  it.each<[string, (pack: StickerPack) => StickerPack]>([
    ['another name', (pack) => ({ ...pack, name: text('Marsey the Dog') })],
    ['a name more', (pack) => ({ ...pack, name: new Map([...pack.name, ['de', 'Katze']]) })],
    ['its name as summary', (pack) => ({ ...pack, name: pack.summary, summary: pack.name })],
    ['a sticker less', (pack) => ({ ...pack, items: pack.items.slice(1) })],
    ['a sticker twice', (pack) => ({ ...pack, items: [...pack.items, ...pack.items.slice(1)] })],
    [
      'texts exchanged',
      ({ items: [a, b], ...pack }) => ({
        ...pack,
        items: [
          { ...a!, file: { ...a!.file, desc: b!.file.desc } },
          { ...b!, file: { ...b!.file, desc: a!.file.desc } },
        ],
      }),
    ],
    ['another hash', (pack) => ({ ...pack, hash: { ...pack.hash, value: new Uint8Array(32) } })],
    ['half a hash', (pack) => ({ ...pack, hash: { ...pack.hash, value: pack.hash.value.slice(0, 18) } })],
  ])('§4.3.2 with %s is refused', async (_what, change) => {
    const forged = change(stickerPack.decode(stickerPack.encode(await createStickerPack(marsey))));
    await expect(verifyStickerPack(forged)).rejects.toMatchObject(refused('hash'));
  });

  it('§4.3.2 of another id is refused', async () => {
    const pack = await createStickerPack(marsey);
    for (const id of ['EpRv28DHHzFrE4zd+xaNpVb4', '', 'N6zJI4PTGfFfSJbwakmBihwBdP6sPFSdhgKE5hzMH4w='])
      await expect(verifyStickerPack(pack, id)).rejects.toMatchObject(refused('hash'));
  });

  it.each(['md5', 'sha-1', 'crc-32', ''])('with a hash by “%s” is refused', async (algo) => {
    await expect(createStickerPack(marsey, algo)).rejects.toMatchObject(refused('algorithm'));
    const pack = await createStickerPack(marsey);
    await expect(verifyStickerPack({ ...pack, hash: { ...pack.hash, algo } })).rejects.toMatchObject(
      refused('algorithm'),
    );
  });

  it.each<[string, StickerPackContent['items']]>([
    ['nothing', []],
    ['nothing at all', undefined],
    ['a sticker without text', [{ file: { hashes: marsey.items[0]!.file.hashes } }]],
    ['a text in some language', [{ file: { ...marsey.items[0]!.file, desc: text('gut', 'de') } }]],
    ['a sticker without hash', [item('x')]],
    ['hashes of different algorithms', [item('x', ['sha-256', kiss]), item('y', ['sha-512', kiss])]],
  ])('§4.3.1 of %s is none', async (_what, items) => {
    await expect(createStickerPack({ ...marsey, items })).rejects.toMatchObject(refused('incomplete'));
  });
});

/** A client, and accounts that keep items. Each publication at the own account replaces what is there. */
function follow(stored: Record<string, PubsubItemInput[]> = {}) {
  const joined = link();
  joined.server.handle(discoInfoQuery, () => ({
    identities: [{ category: 'pubsub', type: 'pep' }],
    features: [NS_PUBLISH_OPTIONS],
  }));
  joined.server.handle(pubsubGetQuery, ({ items }, { stanza }: RequestContext) => {
    const found = stored[String(stanza.attrs['to'] ?? 'own')];
    if (items?.node !== NS_STICKERS || found === undefined) throw new StanzaError('item-not-found');
    return { items: { node: NS_STICKERS, items: found } };
  });
  joined.server.handle(pubsubSetQuery, ({ publish }) => {
    stored['own'] = [...(publish?.items ?? [])];
    return { publish: { node: NS_STICKERS, items: [{ id: publish?.items[0]?.id }] } };
  });
  return { ...joined, stored };
}

describe('§4.5 packs of accounts', () => {
  const at = { jid: 'juliet@capulet.lit', id: 'N6zJI4PTGfFfSJbwakmBihwB' };
  const stored = async (change: Partial<StickerPack> = {}, id = at.id) => ({
    id,
    payloads: [stickerPack.encode({ ...(await createStickerPack(marsey)), ...change })],
  });

  it('are published under their id, for everybody', async () => {
    const { client, stored: kept, wire } = follow();
    expect(await publishStickerPack(client, await createStickerPack(marsey))).toBe(at.id);
    expect(kept['own']?.map(({ id }) => id)).toEqual([at.id]);
    expect(wire.join('\n')).toMatch(/access_model"?[^/]*<value>open</);
    const [own] = await getStickerPacks(client);
    expect(own).toMatchObject({ id: at.id, pack: { name: marsey.name } });
  });

  it('that others would refuse are not published', async () => {
    const { client, wire } = follow();
    const pack = { ...(await createStickerPack(marsey)), name: text('other') };
    await expect(publishStickerPack(client, pack)).rejects.toMatchObject(refused('hash'));
    expect(wire).toEqual([]);
  });

  it('are got, checked, and taken over under the same id', async () => {
    const { client, stored: kept } = follow({ [at.jid]: [await stored()] });
    expect(await getStickerPack(client, at)).toMatchObject({ summary: marsey.summary });
    await importStickerPack(client, at);
    expect(kept['own']?.map(({ id }) => id)).toEqual([at.id]);
  });

  it('§4.5 are not taken over when they are restricted', async () => {
    const { client, stored: kept } = follow({ [at.jid]: [await stored({ restricted: true })] });
    await expect(importStickerPack(client, at)).rejects.toMatchObject(refused('restricted'));
    expect(kept['own']).toBeUndefined();
  });

  it('that are forged are refused, and hide no others', async () => {
    const { client } = follow({
      [at.jid]: [
        await stored({ name: text('other') }),
        await stored({}, 'x'),
        { id: 'y', payloads: [xml('<pack/>')] },
        { id: 'z' },
      ],
      'nurse@capulet.lit': [await stored({ name: text('other') }), await stored()],
    });
    await expect(getStickerPack(client, at)).rejects.toMatchObject(refused('hash'));
    await expect(importStickerPack(client, { ...at, id: 'x' })).rejects.toMatchObject(refused('hash'));
    await expect(getStickerPack(client, { ...at, id: 'y' })).rejects.toBeInstanceOf(CodecError);
    await expect(getStickerPack(client, { ...at, id: 'z' })).rejects.toMatchObject(refused('incomplete'));
    const all = await getStickerPacks(client, { jid: 'nurse@capulet.lit' });
    expect(all.map(({ pack, fault }) => [pack !== undefined, fault?.name])).toEqual([
      [false, 'StickerPackError'],
      [true, undefined],
    ]);
  });

  it('that are not there are missing', async () => {
    const { client } = follow({ [at.jid]: [await stored()] });
    await expect(getStickerPack(client, { ...at, id: 'other' })).rejects.toMatchObject(refused('missing'));
    await expect(getStickerPack(client, { ...at, jid: 'nurse@capulet.lit' })).rejects.toMatchObject(refused('missing'));
    await expect(getStickerPack(client, { ...at, node: 'other' })).rejects.toMatchObject(refused('missing'));
    expect(await getStickerPacks(client)).toEqual([]);
  });

  it('that may not be seen can’t be had', async () => {
    const { client, server } = link();
    server.handle(pubsubGetQuery, () => {
      throw new StanzaError('forbidden');
    });
    await expect(getStickerPacks(client, { jid: at.jid })).rejects.toMatchObject({ condition: 'forbidden' });
    await expect(getStickerPack(client, at)).rejects.toMatchObject({ condition: 'forbidden' });
  });
});

describe('§4.4 a message', () => {
  const [, kissing] = marsey.items;
  const sent = async (...args: Parameters<typeof stickerMessage>): Promise<ReturnType<typeof xml>> => {
    const { client, server } = link();
    const came = new Promise<ReturnType<typeof xml>>((resolve) => void server.on('message', resolve));
    await sendMessage(client, { to: 'juliet@capulet.lit', ...stickerMessage(...args) });
    return came;
  };

  it('is a picture, and a text for those who see none', async () => {
    const got = await sent(kissing!, { pack: 'N6zJ' });
    expect(messageBody.find(got)?.text).toBe('😘');
    expect(sticker.find(got)).toEqual({ pack: 'N6zJ' });
    const received = stickerOf(got);
    expect(received?.file.file.desc.get('')).toBe('😘');
    expect(downloadUrls(received!.file)).toEqual([url]);
    expect(received?.pack).toMatchObject({ node: NS_STICKERS, id: 'N6zJ' });
    expect(String(received?.pack?.jid)).toBe('romeo@montague.lit');
  });

  it('may say what was suggested, and where else the pack is', async () => {
    const got = await sent(kissing!, { pack: { jid: 'packs.lit', node: 'cats', id: 'N6zJ' }, suggestion: ':-*' });
    expect(messageBody.find(got)?.text).toBe(':-*');
    expect(stickerOf(got)?.pack).toMatchObject({ jid: parseJid('packs.lit'), node: 'cats', id: 'N6zJ' });
    const other = await sent(kissing!, { pack: { jid: 'nurse@capulet.lit', id: 'N6zJ' } });
    expect(sticker.find(other)).toMatchObject({ jid: parseJid('nurse@capulet.lit'), node: NS_STICKERS });
  });

  it('§4.1 may be of no pack, and have no text', async () => {
    const got = await sent({ file: { mediaType: 'image/png' } });
    expect(messageBody.find(got)).toBeUndefined();
    expect([...hintsOf(got)]).toEqual(['store']);
    expect(stickerOf(got)).toMatchObject({ file: { file: { mediaType: 'image/png' } } });
    expect(stickerOf(got)).not.toHaveProperty('pack');
  });

  const content = `<file-sharing xmlns='${NS_SFS}'><file xmlns='${NS_FILE_METADATA}'/></file-sharing>`;
  const mark = `<sticker xmlns='${NS_STICKERS}' pack='N6zJ'/>`;
  it.each([
    ['without a picture', `<message from='a@b.example/c'>${mark}</message>`],
    ['with a broken picture', `<message from='a@b.example/c'>${mark}<file-sharing xmlns='${NS_SFS}'/></message>`],
    ['with a broken mark', `<message from='a@b.example/c'>${mark.replace('/>', ` jid='@'/>`)}${content}</message>`],
    ['that is a file', `<message from='a@b.example/c'>${content}</message>`],
    ['that came back', `<message type='error' from='a@b.example/c'>${mark}${content}</message>`],
  ])('§4.2 %s is none', (_what, message) => expect(stickerOf(xml(message))).toBeUndefined());

  it.each([
    ['in a room', `type='groupchat' from='coven@muc.lit/first'`],
    ['from nobody', ''],
    ['from nonsense', `from='@'`],
  ])('§4.4 %s does not say at which account its pack is', (_what, attrs) => {
    const received = stickerOf(xml(`<message ${attrs}>${mark}${content}</message>`));
    expect(received?.file).toBeDefined();
    expect(received).not.toHaveProperty('pack');
  });
});

it('§4.6 the URI of a pack', () => {
  const id = 'EpRv28DHHzFrE4zd+xaNpVb4';
  expect(stickerPackUri({ jid: 'romeo@montague.lit', id })).toBe(
    'xmpp:romeo@montague.lit?pubsub;action=retrieve;node=urn:xmpp:stickers:0;item=EpRv28DHHzFrE4zd%2BxaNpVb4',
  );
  expect(stickerPackUri({ jid: 'a?b;c@d.example', node: 'x;y=z', id })).toBe(
    'xmpp:a%3Fb%3Bc@d.example?pubsub;action=retrieve;node=x%3By%3Dz;item=EpRv28DHHzFrE4zd%2BxaNpVb4',
  );
});
