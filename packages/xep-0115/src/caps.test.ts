import { StanzaError, TimeoutError } from '@xeps/core';
import { link, xml } from '@xeps/core/testing';
import { discoInfo, discoInfoQuery } from '@xeps/xep-0030';
import type { DiscoInfo, DiscoInfoInput } from '@xeps/xep-0030';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { caps, NS_CAPS } from './index.ts';
import type { CapsStore } from './index.ts';

const known: DiscoInfo = {
  identities: [{ category: 'client', type: 'pc', name: 'Exodus 0.9.1' }],
  features: ['caps', 'disco#info', 'disco#items', 'muc'].map((name) => `http://jabber.org/protocol/${name}`),
  forms: [],
};
const ver = 'QgayPKawpkPSDYmwT/WM94uAlu0=';
const muc = 'http://jabber.org/protocol/muc';
const juliet = 'juliet@capulet.lit/balcony';
const nurse = 'nurse@capulet.lit/chamber';
const c = (attributes = `hash='sha-1' ver='${ver}'`): string => `<c xmlns='${NS_CAPS}' node='n' ${attributes}/>`;
const presence = (from: string, inside = c(), type?: string): string =>
  `<presence from='${from}'${type === undefined ? '' : ` type='${type}'`}>${inside}</presence>`;

/** A client, and others whose answers are `info`, by address; each question is noted. */
function world(info: Readonly<Record<string, DiscoInfoInput | undefined>>) {
  const both = link();
  const asked: string[] = [];
  both.server.handle(discoInfoQuery, ({ node }, { stanza }) => {
    const to = String(stanza.attrs['to']);
    asked.push(node === undefined ? to : `${to} ${node}`);
    const answer = info[to];
    if (answer === undefined) throw new StanzaError('service-unavailable');
    return answer;
  });
  return { ...both, asked, ours: both.client.use(caps) };
}
const evil: DiscoInfoInput = { identities: known.identities, features: ['urn:evil'] };

afterEach(() => vi.useRealTimers());

describe('others', () => {
  it('§6.2 asks the exact address with the node, once for all of the same ver', async () => {
    const { ours, inject, asked } = world({ [juliet]: known });
    inject(presence(juliet));
    inject(presence(nurse));
    const [first, second] = await Promise.all([ours.of(juliet), ours.of(nurse)]);
    expect(first).toEqual(known);
    expect(second).toBe(first);
    expect(await ours.supports(nurse, muc)).toBe(true);
    expect(await ours.supports(nurse, 'urn:other')).toBe(false);
    expect(asked).toEqual([`${juliet} n#${ver}`]);
  });

  it('§5.4 what does not match holds for the one who said it', async () => {
    const { ours, inject, asked } = world({ [juliet]: evil, [nurse]: known });
    inject(presence(juliet));
    inject(presence(nurse));
    const [first, second] = await Promise.all([ours.of(juliet), ours.of(nurse)]);
    expect(first.features).toEqual(['urn:evil']);
    expect(second).toEqual(known);
    expect((await ours.of(juliet)).features).toEqual(['urn:evil']);
    expect(asked).toHaveLength(2);
  });

  it('§9.3 what may have been something else holds for the one who said it', async () => {
    const hidden: DiscoInfoInput = {
      ...known,
      features: known.features.slice(0, 3).map((name, i) => (i === 2 ? `${name}<${muc}` : name)),
    };
    const { ours, inject, asked } = world({ [juliet]: hidden, [nurse]: known });
    inject(presence(juliet));
    inject(presence(nurse));
    expect(await ours.supports(juliet, muc)).toBe(false);
    expect(await ours.supports(nurse, muc)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('liars delay others by a few questions only', async () => {
    const liars = Array.from({ length: 6 }, (_, i) => `liar${i}@evil.example/x`);
    const { ours, inject, asked } = world({ ...Object.fromEntries(liars.map((liar) => [liar, evil])), [nurse]: known });
    for (const from of [...liars, nurse]) inject(presence(from));
    const all = await Promise.all([...liars, nurse].map((from) => ours.of(from)));
    expect(all.at(-1)).toEqual(known);
    expect(all.slice(0, -1).every(({ features }) => features[0] === 'urn:evil')).toBe(true);
    expect(asked).toHaveLength(7);
  });

  it('one that never answers does not keep others waiting for ever', async () => {
    vi.useFakeTimers();
    const { client, server, inject } = link();
    server.handle(discoInfoQuery, (_request, { stanza }) =>
      stanza.attrs['to'] === nurse ? known : new Promise<never>(() => undefined),
    );
    const ours = client.use(caps);
    inject(presence(juliet));
    inject(presence(nurse));
    const silent = ours.of(juliet);
    silent.catch(() => undefined);
    const told = ours.of(nurse);
    await vi.advanceTimersByTimeAsync(16_000);
    await expect(silent).rejects.toBeInstanceOf(TimeoutError);
    vi.useRealTimers();
    expect(await told).toEqual(known);
  });

  it('an answer from another address is none', async () => {
    vi.useFakeTimers();
    const { client, server, inject, wire } = link();
    server.handle(discoInfoQuery, () => new Promise<never>(() => undefined));
    const ours = client.use(caps);
    inject(presence(juliet));
    const told = ours.of(juliet);
    told.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1);
    const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
    inject(`<iq type='result' id='${id}' from='mallory@evil.example/x'>${discoInfo.stringify(evil)}</iq>`);
    await vi.advanceTimersByTimeAsync(16_000);
    await expect(told).rejects.toBeInstanceOf(TimeoutError);
  });

  it('§5.4 2 an unknown hash function holds for that address, until its presence changes', async () => {
    const { ours, inject, asked } = world({ [juliet]: evil });
    inject(presence(juliet, c(`hash='md5' ver='1'`)));
    await Promise.all([ours.of(juliet), ours.of(juliet)]);
    inject(presence(juliet, c(`hash='md5' ver='1'`)));
    await ours.of(juliet);
    expect(asked).toEqual([`${juliet} n#1`]);
    inject(presence(juliet, c(`hash='md5' ver='2'`)));
    await ours.of(juliet);
    inject(presence(juliet, '', 'unavailable'));
    inject(presence(juliet, c(`hash='md5' ver='2'`)));
    await ours.of(juliet);
    expect(asked).toEqual([`${juliet} n#1`, `${juliet} n#2`, `${juliet} n#2`]);
  });

  it('§12 legacy capabilities are no proof', async () => {
    const { ours, inject, asked } = world({ [juliet]: known, [nurse]: evil });
    inject(presence(juliet, c(`ver='0.9' ext='a b'`)));
    inject(presence(nurse, c(`ver='0.9' ext='a b'`)));
    expect((await ours.of(juliet)).features).toContain(muc);
    expect((await ours.of(nurse)).features).toEqual(['urn:evil']);
    await ours.of(nurse);
    expect(asked).toEqual([juliet, nurse]);
  });

  it('§8.3 who announced nothing is asked each time', async () => {
    const { ours, asked } = world({ 'montague.lit': known });
    await Promise.all([ours.of('montague.lit'), ours.of('montague.lit')]);
    await ours.of('montague.lit');
    expect(asked).toEqual(['montague.lit', 'montague.lit']);
    expect(await ours.supports('nobody.example', muc)).toBe(false);
  });

  it('§8.4 presence without capabilities takes nothing back, a broken one neither', async () => {
    const { ours, inject, faults } = world({ [juliet]: known });
    inject(presence(juliet));
    inject(presence(juliet, '<show>away</show>'));
    inject(presence(juliet, `<c xmlns='${NS_CAPS}' hash='sha-1'/>`));
    inject(presence(juliet, c(`hash='sha-1' ver='x'`), 'error'));
    inject(presence('@', c()));
    inject(presence(juliet, c(`hash='sha-1' ver='${'x'.repeat(3000)}'`)));
    expect(ours.announced(juliet)?.ver).toBe(ver);
    expect(faults).toEqual([]);
    inject(presence(juliet, '', 'unavailable'));
    expect(ours.announced(juliet)).toBeUndefined();
  });

  it('§6.3 learns from stream features', async () => {
    const { ours, asked } = world({ 'montague.lit': known });
    ours.learn('montague.lit', xml(`<features xmlns='http://etherx.jabber.org/streams'>${c()}</features>`));
    await ours.of('montague.lit');
    await ours.of('montague.lit');
    expect(asked).toEqual([`montague.lit n#${ver}`]);
  });

  it('a node that is forgotten already is asked without', async () => {
    const { client, server, inject } = link();
    const nodes: unknown[] = [];
    server.handle(discoInfoQuery, ({ node }) => {
      nodes.push(node);
      if (node !== undefined) throw new StanzaError('item-not-found');
      return known;
    });
    inject(presence(juliet));
    const ours = client.use(caps);
    inject(presence(juliet));
    expect(await ours.of(juliet)).toEqual(known);
    expect(nodes).toEqual([`n#${ver}`, undefined]);
  });

  it('says when somebody announces something new', () => {
    const { ours, inject } = world({});
    const heard: string[] = [];
    ours.onAnnounced((entity) => heard.push(String(entity)));
    inject(presence(juliet));
    inject(presence(juliet));
    inject(presence(juliet, c(`hash='sha-1' ver='x'`)));
    expect(heard).toEqual([juliet, juliet]);
  });

  it('stops waiting when told, without spoiling it for others', async () => {
    const { ours, inject } = world({ [juliet]: known });
    inject(presence(juliet));
    const stop = new AbortController();
    const stopped = ours.of(juliet, { signal: stop.signal });
    const other = ours.of(juliet);
    stop.abort(new Error('enough'));
    await expect(stopped).rejects.toThrow('enough');
    expect(await other).toEqual(known);
  });

  it('a new session forgets who announced what, not what it stands for', async () => {
    const { ours, inject, asked, restart } = world({ [juliet]: known });
    inject(presence(juliet));
    await ours.of(juliet);
    restart();
    expect(ours.announced(juliet)).toBeUndefined();
    inject(presence(juliet));
    await ours.of(juliet);
    expect(asked).toHaveLength(1);
  });
});

describe('§8.2 store', () => {
  const memory = (): CapsStore & { readonly entries: Map<string, string> } => {
    const entries = new Map<string, string>();
    return {
      entries,
      get: async (key) => (entries.has(key) ? (JSON.parse(entries.get(key)!) as DiscoInfo) : undefined),
      set: async (key, value) => void entries.set(key, JSON.stringify(value)),
    };
  };

  it('keeps what is verified from one run to the next', async () => {
    const store = memory();
    const before = world({ [juliet]: known });
    before.ours.configure({ store });
    before.inject(presence(juliet));
    await before.ours.of(juliet);
    const after = world({});
    after.ours.configure({ store });
    after.inject(presence(juliet));
    expect(await after.ours.of(juliet)).toEqual(known);
    expect(after.asked).toEqual([]);
  });

  it('does not believe a store that was tampered with', async () => {
    const store = memory();
    store.entries.set(`sha-1 ${ver}`, JSON.stringify({ ...known, features: ['urn:evil'] }));
    const { ours, inject, asked } = world({ [juliet]: known });
    ours.configure({ store });
    inject(presence(juliet));
    expect(await ours.of(juliet)).toEqual(known);
    expect(asked).toHaveLength(1);
    expect(JSON.parse(store.entries.get(`sha-1 ${ver}`)!)).toEqual(known);
  });

  it('does without one that fails', async () => {
    const { ours, inject, faults } = world({ [juliet]: known });
    const fail = (): never => {
      throw new Error('full');
    };
    ours.configure({ store: { get: fail, set: fail } });
    inject(presence(juliet));
    expect(await ours.of(juliet)).toEqual(known);
    expect(faults).toMatchObject([{ message: 'full' }, { message: 'full' }]);
  });

  it('keeps nothing that is not verified', async () => {
    const store = memory();
    const { ours, inject } = world({ [juliet]: evil });
    ours.configure({ store });
    inject(presence(juliet));
    await ours.of(juliet);
    expect(store.entries.size).toBe(0);
  });
});
