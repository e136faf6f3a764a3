import type { Element } from '@xeps/core';
import { describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { roomKnowsOccupantIds, senderOf } from '@xeps/xep-0421';
import { referenceId } from '@xeps/xep-0461';
import { expect, test } from 'vitest';
import { applyReactions, countReactions, readReactions, sendReactions } from '../src/index.ts';
import type { MessageReactions } from '../src/index.ts';

describeLive('XEP-0444', (server, transport) => {
  const open = (prefix: string): Promise<Client> => signIn(server, transport, { prefix });

  /** The reactions that a client knows of, by message. */
  function follow(client: Client, occupantIds = false) {
    const known = new Map<string, MessageReactions>();
    const messages: Element[] = [];
    client.on('message', (message) => {
      if (messageBody.safeFind(message) !== undefined) messages.push(message);
      const brought = readReactions(message);
      const sender = senderOf(message, { own: client.jid, occupantIds });
      if (brought === undefined || sender === undefined) return;
      const current = known.get(brought.id) ?? new Map();
      known.set(brought.id, applyReactions(current, sender, brought.reactions, new Date()));
    });
    const shown = (id: string): string =>
      countReactions(known.get(id) ?? new Map())
        .map(({ reaction, senders }) => `${reaction}${senders.length}`)
        .join(' ');
    return { messages, shown };
  }

  test('§3.2, §4.1 reactions come, change and go, and a third party can’t take them back', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const his = follow(romeo);
    const { id } = await sendMessage(romeo, { to: juliet.jid, body: 'Hello, world!' });
    const react = (client: Client, reactions: string[]) => sendReactions(client, { to: romeo.jid, id, reactions });
    await react(juliet, ['👋', '❤️']);
    await expect.poll(() => his.shown(id)).toBe('👋1 ❤️1');
    await react(mallory, ['❤️']);
    await expect.poll(() => his.shown(id)).toBe('👋1 ❤️2');
    await react(mallory, []);
    await expect.poll(() => his.shown(id)).toBe('👋1 ❤️1');
    await react(juliet, ['🐢']);
    await expect.poll(() => his.shown(id)).toBe('🐢1');
    await react(juliet, []);
    await expect.poll(() => his.shown(id)).toBe('');
  });

  test('§4.2 in a room, by the room’s id, for everybody', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const room = newRoom(server);
    await enter(romeo, room, 'romeo');
    const occupantIds = await roomKnowsOccupantIds(romeo, room);
    const [his, hers] = [follow(romeo, occupantIds), follow(juliet, occupantIds)];
    await enter(juliet, room, 'juliet');
    await sendMessage(romeo, { to: room, type: 'groupchat', body: 'Hello, world!' });
    await expect.poll(() => hers.messages.length).toBe(1);
    const id = referenceId(hers.messages[0]!, await stanzaIdsBy(juliet, { by: room }))!;
    await sendReactions(juliet, { to: room, type: 'groupchat', id, reactions: ['👋'] });
    await expect.poll(() => his.shown(id)).toBe('👋1');
    await expect.poll(() => hers.shown(id)).toBe('👋1');
    // Under another nickname she is still the same, where the room says who is who.
    await enter(juliet, room, 'giulietta');
    await sendReactions(juliet, { to: room, type: 'groupchat', id, reactions: ['🐢'] });
    await expect.poll(() => his.shown(id)).toBe(occupantIds ? '🐢1' : '👋1 🐢1');
    // And whoever takes the nickname that is free now is not her.
    const mallory = await open('mallory');
    await enter(mallory, room, 'juliet');
    await sendReactions(mallory, { to: room, type: 'groupchat', id, reactions: ['❤️'] });
    await expect.poll(() => his.shown(id)).toBe(occupantIds ? '🐢1 ❤️1' : '❤️1 🐢1');
  });
});
