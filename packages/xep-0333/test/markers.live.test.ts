import type { Element } from '@xeps/core';
import { account, describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { queryArchive } from '@xeps/xep-0313';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { expect, test } from 'vitest';
import { displayed, displayedMarkers, markable, markedId, sendDisplayed } from '../src/index.ts';

describeLive('XEP-0333', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });
  const follow = (client: Client): Element[] => {
    const seen: Element[] = [];
    client.on('message', messageBody, (_body, message) => void seen.push(message));
    return seen;
  };

  test('§4.2 a marker comes back where the policy allows it (§7), and a third party’s is not believed', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const got: string[] = [];
    romeo.use(displayedMarkers).on('displayed', ({ id, from }) => void got.push(`${id} ${String(from)}`));
    const arrived: string[] = [];
    romeo.on('message', ({ attrs }) => void arrived.push(String(attrs['from'])));
    const hers = follow(juliet);
    const api = juliet.use(displayedMarkers);
    const { id } = await sendMessage(romeo, {
      to: juliet.jid.bare(),
      body: 'Hi. How are you?',
      payloads: [markable.encode({})],
    });
    await expect.poll(() => hers.length).toBe(1);
    // They are no contacts of each other.
    expect(await api.mark(hers[0]!)).toBe(false);
    await sendDisplayed(mallory, { to: romeo.jid, id });
    await expect.poll(() => arrived).toContain(String(mallory.jid));
    expect(got).toEqual([]);
    api.setPolicy(() => true);
    expect(await api.mark(hers[0]!)).toBe(true);
    await expect.poll(() => got).toEqual([`${id} ${String(juliet.jid)}`]);
  });

  test('§2 a marker is kept for whoever is not online', async () => {
    const who = await account(server, 'romeo');
    const [romeo, juliet] = await Promise.all([signIn(server, transport, { account: who }), open('juliet')]);
    const hers = follow(juliet);
    const payloads = [markable.encode({})];
    const { id } = await sendMessage(romeo, { to: juliet.jid.bare(), body: 'Hi. How are you?', payloads });
    await expect.poll(() => hers.length).toBe(1);
    await romeo.stop();
    const api = juliet.use(displayedMarkers);
    api.setPolicy(() => true);
    expect(await api.mark(hers[0]!)).toBe(true);

    const later = await signIn(server, transport, { account: who });
    const archived = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { stanza } of queryArchive(later, { with: juliet.jid.bare() })) {
        const found = stanza === undefined ? undefined : displayed.find(stanza);
        if (found !== undefined) ids.push(`${found.id} ${String(stanza?.attrs['from'])}`);
      }
      return ids;
    };
    await expect.poll(archived).toEqual([`${id} ${String(juliet.jid)}`]);
  });

  test('§4.3 in a room markers name the room’s id', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const room = newRoom(server);
    await enter(romeo, room, 'romeo');
    await enter(juliet, room, 'juliet');
    const got: string[] = [];
    romeo.use(displayedMarkers).on('occupantDisplayed', ({ id, from }) => void got.push(`${id} ${String(from)}`));
    const [his, hers] = [follow(romeo), follow(juliet)];
    await sendMessage(romeo, { to: room, type: 'groupchat', body: 'Thrice the brinded cat hath mew’d.' });
    await expect.poll(() => hers.length).toBe(1);
    await expect.poll(() => his.length).toBe(1);
    const stanzaIds = await stanzaIdsBy(juliet, { by: room });
    expect(stanzaIds).toBeDefined();
    expect(await juliet.use(displayedMarkers).mark(hers[0]!, { stanzaIds, nick: 'juliet' })).toBe(true);
    const id = markedId(his[0]!, stanzaIds);
    expect(id).not.toBe(his[0]!.attrs['id']);
    await expect.poll(() => got).toEqual([`${String(id)} ${String(room)}/juliet`]);
  });
});
