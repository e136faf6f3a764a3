import { Element, StanzaError, TimeoutError } from '@xeps/core';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { discoInfoQuery } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import { NS_SID, originId, referencedStanza, stanzaId, stanzaIdsBy, withOriginId } from './index.ts';

const ns = `xmlns="${NS_SID}"`;

it.each([
  ['§2.1', stanzaId, `<stanza-id ${ns} id="de305d54" by="room@muc.example.com"/>`],
  ['§2.2', originId, `<origin-id ${ns} id="de305d54"/>`],
  ['§4', referencedStanza, `<referenced-stanza ${ns} id="de305d54" by="room@muc.example.com"/>`],
])('%s golden', (_section, schema, text) => {
  const { value, input, output } = roundTrip(schema as typeof stanzaId, text);
  expect(value.id).toBe('de305d54');
  if (schema !== originId) expect(String(value.by)).toBe('room@muc.example.com');
  expect(output).toBe(input);
});

it.each(['<stanza-id %/>', '<stanza-id % id="x"/>', '<stanza-id % id="x" by="@"/>'])('§3 broken: %s', (text) => {
  expect(stanzaId.safeDecode(xml(text.replace('%', ns))).ok).toBe(false);
});

const id = (value: string, by: string): string => `<stanza-id ${ns} id='${value}' by='${by}'/>`;
const message = (from: string, ...ids: string[]): Element =>
  xml(`<message from='${from}' to='romeo@montague.lit/orchard'>${ids.join('')}</message>`);

async function readerBy(by?: string, features: readonly string[] = [NS_SID]) {
  const { client, server, wire } = link();
  server.handle(discoInfoQuery, () => ({ identities: [{ category: 'account', type: 'registered' }], features }));
  return { reader: await stanzaIdsBy(client, by === undefined ? {} : { by }), wire };
}

describe('§6 of the own account', () => {
  it('asks the account itself', async () => {
    const { reader, wire } = await readerBy();
    expect(wire[0]).toContain('to="romeo@montague.lit"');
    expect(String(reader?.by)).toBe('romeo@montague.lit');
  });

  it('reads its ids alone, in messages of anybody', async () => {
    const { reader } = await readerBy();
    expect(reader?.of(message('juliet@capulet.lit/b', id('a1', 'romeo@montague.lit')))).toBe('a1');
    expect(
      reader?.of(message('juliet@capulet.lit/b', id('x', 'juliet@capulet.lit'), id('a2', 'ROMEO@montague.lit'))),
    ).toBe('a2');
    expect(reader?.of(message('juliet@capulet.lit/b', id('x', 'juliet@capulet.lit')))).toBeUndefined();
    expect(reader?.of(message('juliet@capulet.lit/b', id('x', 'romeo@montague.lit/orchard')))).toBeUndefined();
  });

  it('§3 believes none of several', async () => {
    const { reader } = await readerBy();
    expect(
      reader?.of(message('juliet@capulet.lit/b', id('a1', 'romeo@montague.lit'), id('a2', 'romeo@montague.lit'))),
    ).toBeUndefined();
  });

  it('passes over broken ones, and over bounces', async () => {
    const { reader } = await readerBy();
    expect(
      reader?.of(
        message('juliet@capulet.lit/b', `<stanza-id ${ns} by='romeo@montague.lit'/>`, id('a1', 'romeo@montague.lit')),
      ),
    ).toBe('a1');
    expect(
      reader?.of(xml(`<message type='error' from='juliet@capulet.lit'>${id('a1', 'romeo@montague.lit')}</message>`)),
    ).toBeUndefined();
  });
});

describe('§6 of a room', () => {
  it('reads its ids in its own messages, and in no others', async () => {
    const { reader } = await readerBy('coven@muc.lit');
    expect(reader?.of(message('coven@muc.lit/firstwitch', id('r1', 'coven@muc.lit')))).toBe('r1');
    expect(reader?.of(message('mallory@evil.example/x', id('r1', 'coven@muc.lit')))).toBeUndefined();
    expect(reader?.of(message('coven@muc.lit/firstwitch', id('a1', 'romeo@montague.lit')))).toBeUndefined();
  });
});

describe('§5 an entity that does not announce it is not believed', () => {
  it('without the feature', async () => {
    expect((await readerBy(undefined, ['urn:xmpp:mam:2'])).reader).toBeUndefined();
  });

  it('without service discovery', async () => {
    const { client, server } = link();
    server.handle(discoInfoQuery, () => {
      throw new StanzaError('service-unavailable');
    });
    expect(await stanzaIdsBy(client)).toBeUndefined();
  });

  it('but no answer is no answer', async () => {
    const { client, server } = link();
    server.handle(discoInfoQuery, () => new Promise(() => undefined));
    await expect(stanzaIdsBy(client, { timeout: 20 })).rejects.toBeInstanceOf(TimeoutError);
  });
});

describe('§2.2', () => {
  it('marks a message, once', () => {
    const stanza = new Element('message');
    const own = withOriginId(stanza);
    expect(own.length).toBeGreaterThan(15);
    expect(withOriginId(stanza)).toBe(own);
    expect(originId.findAll(stanza)).toEqual([{ id: own }]);
  });

  it('takes the id that it is given', () => {
    const stanza = new Element('message');
    expect(withOriginId(stanza, 'm1')).toBe('m1');
    expect(originId.find(stanza)).toEqual({ id: 'm1' });
  });
});
