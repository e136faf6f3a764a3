import { isStanzaError, StanzaError, TimeoutError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { NS_OOB, NS_OOB_OFFER, offerFile, oob, oobData, oobOffer, oobOfferQuery } from './index.ts';

const url = 'https://example.org/licence.jpg';

it.each([
  [
    oobOffer,
    `<query xmlns="${NS_OOB_OFFER}" sid="a0"><url>${url}</url><desc>A licence</desc></query>`,
    { sid: 'a0', url, desc: 'A licence' },
  ],
  [oobData, `<x xmlns="${NS_OOB}"><url>callto:juliet</url></x>`, { url: 'callto:juliet' }],
  [oobData, `<x xmlns="${NS_OOB}"><url>aesgcm://example.org/a#00ff</url></x>`, { url: 'aesgcm://example.org/a#00ff' }],
])('§2, §3, §5 %#: text and value are the same thing', (schema, text, value) => {
  const trip = roundTrip(schema as typeof oobData, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

it.each([
  '<x xmlns="jabber:x:oob"/>',
  '<x xmlns="jabber:x:oob"><url/></x>',
  '<x xmlns="jabber:x:oob"><url>licence.jpg</url></x>',
])('§5 %s is broken', (text) => {
  expect(() => oobData.decode(xml(text))).toThrow(CodecError);
});

it('§2 an offer is answered when the file was fetched', async () => {
  const { client, server } = link();
  const fetched: string[] = [];
  client.use(oob).acceptOffers(async (offer, { from }) => {
    await Promise.resolve();
    fetched.push(`${offer.url} for ${String(from)}`);
    return true;
  });
  await offerFile(server, client.jid, { url });
  expect(fetched).toEqual([`${url} for montague.lit`]);
});

it.each([
  ['refuses it', () => Promise.resolve(false), 'not-acceptable'],
  ['can’t fetch it', () => Promise.reject(new Error('404')), 'item-not-found'],
  ['has its own reason', () => Promise.reject(new StanzaError('forbidden')), 'forbidden'],
] as const)('§2 whoever is offered a file and %s says so', async (_what, fetch, condition) => {
  const { client, server } = link();
  client.use(oob).acceptOffers(fetch);
  await expect(offerFile(server, client.jid, { url })).rejects.toSatisfy((error) => isStanzaError(error, condition));
});

it('§2 an offer that names no address never reaches the application', async () => {
  const { client, inject, settle, wire } = link();
  let asked = 0;
  client.use(oob).acceptOffers(() => Promise.resolve(++asked > 0));
  inject(
    `<iq type='set' id='o1' from='mallory@evil.example/x'><query xmlns='${NS_OOB_OFFER}'><url>x</url></query></iq>`,
  );
  await settle();
  expect(asked).toBe(0);
  expect(wire.at(-1)).toContain('bad-request');
});

it('does not believe that a file was fetched when somebody else says so', async () => {
  const { client, server, inject, wire } = link();
  server.handle(oobOfferQuery, () => new Promise<void>(() => undefined));
  const offered = offerFile(client, 'juliet@capulet.lit/balcony', { url }, { timeout: 20 });
  const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
  inject(`<iq type='result' id='${id}' from='mallory@evil.example/x'/>`);
  await expect(offered).rejects.toBeInstanceOf(TimeoutError);
});

it('§4 advertises offers only while they are taken', async () => {
  const { client, server } = link();
  const accepting = client.use(oob).acceptOffers(() => Promise.resolve(true));
  const features = async (): Promise<string[]> => (await getDiscoInfo(server, { to: client.jid })).features;
  expect(await features()).toEqual(expect.arrayContaining([NS_OOB, NS_OOB_OFFER]));
  accepting[Symbol.dispose]();
  expect(await features()).not.toContain(NS_OOB_OFFER);
  await expect(offerFile(server, client.jid, { url })).rejects.toSatisfy((error) =>
    isStanzaError(error, 'service-unavailable'),
  );
});
