import type { Element } from '@xeps/core';
import { describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { roomKnowsOccupantIds } from '@xeps/xep-0421';
import { expect, test } from 'vitest';
import { mayRetract, retractableOf, retractionOf, sendRetraction } from '../src/index.ts';

describeLive('XEP-0424', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§5 the sender retracts a message, and nobody else does', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const got: Element[] = [];
    juliet.on('message', (message) => void got.push(message));
    const to = juliet.jid.bare();
    const { id: retracts } = await sendMessage(romeo, { to, body: 'Have not saints lips?' });
    await expect.poll(() => got.length).toBe(1);
    await sendRetraction(mallory, { to, retracts });
    await expect.poll(() => got.length).toBe(2);
    await sendRetraction(romeo, { to, retracts });
    await expect.poll(() => got.length).toBe(3);

    const own = juliet.jid;
    const [original, forged, genuine] = got;
    const kept = retractableOf(original!, { own })!;
    expect(kept.id).toBe(retracts);
    expect(mayRetract(kept, retractionOf(forged!, { own })!)).toBe(false);
    expect(mayRetract(kept, retractionOf(genuine!, { own })!)).toBe(true);
  });

  test('§5.1 in a room, by the room’s id and the occupant’s', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const room = newRoom(server);
    await enter(romeo, room, 'romeo');
    await enter(juliet, room, 'juliet');
    await enter(mallory, room, 'mallory');
    const options = {
      own: juliet.jid,
      stanzaIds: await stanzaIdsBy(juliet, { by: room }),
      occupantIds: await roomKnowsOccupantIds(juliet, room),
    };
    const said = new Map<string, Element>();
    const counted: string[] = [];
    const refused: string[] = [];
    juliet.on('message', (message) => {
      const retraction = retractionOf(message, options);
      const kept = retractableOf(message, options);
      if (retraction === undefined) {
        if (kept !== undefined && message.getChild('body') !== undefined) said.set(kept.id, message);
        return;
      }
      const original = said.get(retraction.retracts);
      const counts = original !== undefined && mayRetract(retractableOf(original, options)!, retraction);
      (counts ? counted : refused).push(retraction.sender.address);
    });
    const { id } = await sendMessage(romeo, { to: room, type: 'groupchat', body: 'Have not saints lips?' });
    await expect.poll(() => said.size).toBe(1);
    const [[retracts, original]] = [...said] as [[string, Element]];
    expect(original.attrs['id']).toBe(id);
    expect(retracts).not.toBe(id);

    await sendRetraction(mallory, { to: room, type: 'groupchat', retracts });
    await expect.poll(() => refused).toEqual([`${room}/mallory`]);
    // In a room that assigns no identifiers (ejabberd 23.01) a nickname is all that there is.
    if (!options.occupantIds) {
      expect(server.lane).toBe('old');
      await sendRetraction(romeo, { to: room, type: 'groupchat', retracts });
      return expect.poll(() => counted).toEqual([`${room}/romeo`]);
    }
    // Once its author has another nickname, somebody else takes the one that the message was sent under.
    await enter(romeo, room, 'montague');
    await enter(mallory, room, 'romeo');
    await sendRetraction(mallory, { to: room, type: 'groupchat', retracts });
    await expect.poll(() => refused).toEqual([`${room}/mallory`, `${room}/romeo`]);
    expect(counted).toEqual([]);
    await sendRetraction(romeo, { to: room, type: 'groupchat', retracts });
    await expect.poll(() => counted).toEqual([`${room}/montague`]);
  });
});
