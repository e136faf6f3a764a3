import { createSession } from '@xeps/core';
import type { Element, Session } from '@xeps/core';
import { link, xml } from '@xeps/core/testing';
import { disco, getDiscoInfo } from '@xeps/xep-0030';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { capabilities, caps, NS_CAPS, verificationString } from './index.ts';

const byHand = `<c xmlns='${NS_CAPS}' hash='sha-1' node='n' ver='QgayPKawpkPSDYmwT/WM94uAlu0='/>`;

afterEach(() => vi.useRealTimers());

/** Waits until the hash over what the session advertises now is computed, which is no matter of timers. */
async function computed(session: Session): Promise<void> {
  const own = session.use(caps);
  const ver = await verificationString(session.use(disco).info());
  await vi.waitFor(() => expect(own.own()?.ver).toBe(ver));
}

describe('own capabilities', () => {
  const carried = (wire: readonly string[]) =>
    wire.filter((line) => line.startsWith('C: <presence')).map((line) => capabilities.find(xml(line.slice(3)))?.ver);

  it('§6.1 presence carries them, §6.2 and asking for them gives what they stand for', async () => {
    const { client, server, wire } = link();
    const ours = client.use(caps);
    ours.configure({ node: 'https://client.example' });
    await vi.waitFor(() => expect(ours.own()?.node).toBe('https://client.example'));
    await client.send(xml('<presence/>'));
    const sent = capabilities.find(xml(wire.at(-1)!.slice(3)))!;
    expect(sent).toEqual(ours.own());
    const info = await getDiscoInfo(server, { to: client.jid, node: `${sent.node}#${sent.ver}` });
    expect(await verificationString(info)).toBe(sent.ver);
    expect(info.features).toContain(NS_CAPS);
  });

  it('§6.1 a client and a client believe each other', async () => {
    const { client, server, settle } = link();
    client.use(caps);
    const theirs = server.use(caps);
    client.use(disco).addFeature('urn:a');
    await computed(client);
    await client.send(xml('<presence/>'));
    await settle();
    expect(theirs.announced(client.jid)).toEqual(client.use(caps).own());
    expect(await theirs.supports(client.jid, 'urn:a')).toBe(true);
  });

  it('only presence that says “available” carries them, and by hand goes before', async () => {
    const { client, wire } = link();
    await computed(client);
    await client.send(xml(`<presence type='unavailable'/>`));
    await client.send(xml(`<presence type='subscribe' to='juliet@capulet.lit'/>`));
    await client.send(xml(`<presence to='juliet@capulet.lit'/>`));
    await client.send(xml(`<presence>${byHand}</presence>`));
    expect(carried(wire)).toEqual([undefined, undefined, expect.any(String), 'QgayPKawpkPSDYmwT/WM94uAlu0=']);
  });

  it('§6.1 a change is told once, and what was told before is answered for still', async () => {
    vi.useFakeTimers();
    const { client, server, wire } = link();
    const ours = client.use(caps);
    await computed(client);
    await client.send(xml(`<presence id='p1'><show>away</show></presence>`));
    const before = ours.own()!;
    client.use(disco).addFeature('urn:a');
    client.use(disco).addFeature('urn:b');
    await computed(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(carried(wire)).toEqual([before.ver, ours.own()!.ver]);
    expect(wire.at(-1)).toContain('away');
    expect(wire.at(-1)).not.toContain('p1');
    vi.useRealTimers();
    const old = await getDiscoInfo(server, { to: client.jid, node: `${before.node}#${before.ver}` });
    expect(await verificationString(old)).toBe(before.ver);
  });

  it('nothing is told before the first presence, after the last, or when nothing changed', async () => {
    vi.useFakeTimers();
    const { client, wire } = link();
    client.use(caps);
    const api = client.use(disco);
    await computed(client);
    const feature = api.addFeature('urn:a');
    await computed(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(wire).toEqual([]);
    await client.send(xml('<presence/>'));
    feature[Symbol.dispose]();
    api.addFeature('urn:a');
    await computed(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(wire).toHaveLength(1);
    await client.send(xml(`<presence type='unavailable'/>`));
    api.addFeature('urn:b');
    await computed(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(wire).toHaveLength(2);
  });

  it('presence that was sent too early is sent again', async () => {
    vi.useFakeTimers();
    const { client, wire } = link();
    const ours = client.use(caps);
    await client.send(xml('<presence/>'));
    await computed(client);
    await vi.advanceTimersByTimeAsync(1000);
    expect(carried(wire)).toEqual([undefined, ours.own()!.ver]);
  });

  it('is not told while the server has forgotten the presence', async () => {
    vi.useFakeTimers();
    const wire: Element[] = [];
    const { session, online, disconnected, resumed } = createSession({
      jid: 'romeo@montague.lit/orchard',
      write: async (stanza) => {
        wire.push(stanza);
        return { acked: Promise.resolve() };
      },
    });
    online(session.jid);
    await computed(session);
    const change = async (feature: string): Promise<void> => {
      session.use(disco).addFeature(feature);
      await computed(session);
      await vi.advanceTimersByTimeAsync(1000);
    };
    await session.send(xml('<presence/>'));
    await change('urn:a');
    expect(wire).toHaveLength(2);
    // Resumed: the server has it still.
    disconnected();
    resumed();
    await change('urn:b');
    expect(wire).toHaveLength(3);
    disconnected();
    online(session.jid);
    await change('urn:c');
    expect(wire).toHaveLength(3);
  });
});
