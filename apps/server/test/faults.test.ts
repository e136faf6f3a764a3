import { Element } from '@xeps/core';
import { carbons } from '@xeps/xep-0280';
import { getDiscoInfo, hasFeature } from '@xeps/xep-0030';
import { describe, expect, test } from 'vitest';

import { testClock } from '../src/index.ts';
import { connect, startServer } from './harness.ts';

const chat = (to: string, body: string): Element => {
  const message = new Element('message', { to, type: 'chat' });
  message.c('body').t(body);
  return message;
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('what goes wrong on demand', () => {
  test('a stanza is dropped, doubled, or another', async () => {
    const server = await startServer({ accounts: ['juliet', 'romeo'] });
    const [juliet, romeo] = [await connect(server, 'juliet'), await connect(server, 'romeo')];
    const got: string[] = [];
    romeo.on('message', (message) => void got.push(message.getChildText('body') ?? ''));
    const rule = server.faults.onStanza(({ direction, jid, stanza }) => {
      if (direction !== 'in' || !jid.equals(juliet.jid)) return undefined;
      const body = stanza.getChildText('body');
      if (body === 'lost') return 'drop';
      if (body === 'double') return 'twice';
      return body === 'changed' ? [chat(String(romeo.jid), 'other')] : undefined;
    });
    for (const body of ['lost', 'double', 'changed', 'as it is']) await juliet.send(chat(String(romeo.jid), body));
    await expect.poll(() => got).toEqual(['double', 'double', 'other', 'as it is']);
    rule[Symbol.dispose]();
    await juliet.send(chat(String(romeo.jid), 'lost'));
    await expect.poll(() => got.at(-1)).toBe('lost');
  });

  test('a connection is cut in the midst of a stanza, and the session goes on', async () => {
    const server = await startServer({ accounts: ['juliet', 'romeo'] });
    const juliet = await connect(server, 'juliet', { client: { reconnect: { base: 1, max: 1 } } });
    const romeo = await connect(server, 'romeo');
    const got: string[] = [];
    const happened: string[] = [];
    juliet.on('message', (message) => void got.push(message.getChildText('body') ?? ''));
    juliet.on('disconnected', () => void happened.push('disconnected'));
    juliet.on('resumed', () => void happened.push('resumed'));
    const cut = server.faults.cutAfter(500, { jid: juliet.jid });
    const bodies = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    for (const body of bodies) await romeo.send(chat(String(juliet.jid), body));
    await cut;
    await expect.poll(() => got).toEqual(bodies);
    expect(happened).toEqual(['disconnected', 'resumed']);
  });

  test('what the server writes comes late, by a clock that the test holds', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1));
    const server = await startServer({ accounts: ['juliet', 'romeo'], clock });
    const [juliet, romeo] = [await connect(server, 'juliet'), await connect(server, 'romeo')];
    const got: string[] = [];
    romeo.on('message', (message) => void got.push(message.getChildText('body') ?? ''));
    const delay = server.faults.delay(60_000, { jid: romeo.jid.bare() });
    await juliet.send(chat(String(romeo.jid), 'one'));
    await juliet.send(chat(String(romeo.jid), 'two'));
    await settled();
    expect(got).toEqual([]);
    clock.advance(59_999);
    await settled();
    expect(got).toEqual([]);
    clock.advance(1);
    await expect.poll(() => got).toEqual(['one', 'two']);
    delay[Symbol.dispose]();
    // What waits yet (acknowledgements) holds back what follows.
    clock.advance(60_000);
    await juliet.send(chat(String(romeo.jid), 'three'));
    await expect.poll(() => got.at(-1)).toBe('three');
  });

  test('a forged stanza, and one that nobody asked for', async () => {
    const server = await startServer({ accounts: ['juliet'] });
    const juliet = await connect(server, 'juliet');
    const got: string[] = [];
    const copies: unknown[] = [];
    juliet.use(carbons).on('message', (copy) => void copies.push(copy));
    juliet.on('message', (message) => void got.push(String(message.attrs['from'])));
    const forged = new Element('message', { from: 'mallory@localhost', to: String(juliet.jid) });
    forged.c('received', { xmlns: 'urn:xmpp:carbons:2' }).c('forwarded', { xmlns: 'urn:xmpp:forward:0' });
    server.faults.send(forged, { jid: juliet.jid });
    await expect.poll(() => got).toEqual(['mallory@localhost']);
    expect(copies).toEqual([]);
    expect(juliet.status).toBe('online');
  });

  test('a server without a feature does not say that it has it, nor answer', async () => {
    const server = await startServer({ accounts: ['juliet'], without: ['carbons'] });
    const juliet = await connect(server, 'juliet');
    expect(hasFeature(await getDiscoInfo(juliet, { to: server.domain }), 'urn:xmpp:carbons:2')).toBe(false);
    await expect(startServer({ without: ['carbon'] })).rejects.toThrow(/there is no module carbon .*carbons/);
  });

  test.each(['stream-management', 'sasl2', 'bind2', 'fast', 'archive', 'roster', 'presence', 'pep', 'rooms', 'disco'])(
    'a client signs in on a server without %s',
    async (name) => {
      const server = await startServer({ accounts: ['juliet'], without: [name] });
      const juliet = await connect(server, 'juliet');
      await juliet.send(new Element('presence'));
      await juliet.send(chat(String(juliet.jid), 'to myself'));
      await expect.poll(() => juliet.status).toBe('online');
    },
  );
});

test('every element can be seen', async () => {
  const server = await startServer({ accounts: ['juliet'] });
  const seen: string[] = [];
  const watching = server.observe(
    ({ direction, jid, element }) => void seen.push(`${direction} ${jid ?? '?'} ${element.name}`),
  );
  const juliet = await connect(server, 'juliet');
  watching[Symbol.dispose]();
  await juliet.send(new Element('presence'));
  await settled();
  expect(seen[0]).toBe('out ? stream:features');
  expect(seen).toContain('in ? authenticate');
  expect(seen).toContain(`out ${String(juliet.jid)} success`);
  expect(seen.some((line) => line.includes('presence'))).toBe(false);
});
