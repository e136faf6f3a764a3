import type { Element } from '@xeps/core';
import { describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { expect, test } from 'vitest';
import { referenceId, reply, replyTo, withoutQuote } from '../src/index.ts';

describeLive('XEP-0461', (server, transport) => {
  const open = (prefix: string): Promise<Client> => signIn(server, transport, { prefix });
  const follow = (client: Client): Element[] => {
    const seen: Element[] = [];
    client.on('message', messageBody, (_body, message) => void seen.push(message));
    return seen;
  };
  const text = (message: Element): string => messageBody.find(message)!.text;

  test('§3 an answer names its message, and a quote that puts words into a mouth is not shown', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const [his, hers] = [follow(romeo), follow(juliet)];
    const { id } = await sendMessage(romeo, { to: juliet.jid, body: 'We should bake a cake 🎂' });
    await expect.poll(() => hers.length).toBe(1);
    const quote = { heading: 'Romeo wrote:', text: text(hers[0]!) };
    await sendMessage(juliet, { to: romeo.jid, ...replyTo(hers[0]!, 'Great idea!', { quote }) });
    await expect.poll(() => his.length).toBe(1);
    expect(text(his[0]!)).toBe('> Romeo wrote:\n> We should bake a cake 🎂\nGreat idea!');
    expect(reply.find(his[0]!)).toMatchObject({ id });
    expect(String(reply.find(his[0]!)?.to)).toBe(String(romeo.jid));
    expect(withoutQuote(text(his[0]!), his[0]!)).toBe('Great idea!');

    const forged = replyTo(hers[0]!, 'Disgusting.', { quote: { heading: 'Romeo wrote:', text: 'I hate cakes' } });
    await sendMessage(mallory, { to: juliet.jid, ...forged });
    await expect.poll(() => hers.length).toBe(2);
    expect(withoutQuote(text(hers[1]!), hers[1]!)).toBe('Disgusting.');
    expect(String(hers[1]!.attrs['from'])).toBe(String(mallory.jid));
  });

  test('§4.1 in a room the id is the room’s', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const room = newRoom(server);
    const [his, hers] = [follow(romeo), follow(juliet)];
    await enter(romeo, room, 'romeo');
    await enter(juliet, room, 'juliet');
    await sendMessage(romeo, { to: room, type: 'groupchat', body: 'We should bake a cake' });
    await expect.poll(() => hers.length).toBe(1);
    const stanzaIds = await stanzaIdsBy(juliet, { by: room });
    const id = referenceId(hers[0]!, stanzaIds);
    expect(id).toBeDefined();
    expect(id).not.toBe(hers[0]!.attrs['id']);
    await sendMessage(juliet, { to: room, type: 'groupchat', ...replyTo(hers[0]!, 'Great idea!', { stanzaIds }) });
    await expect.poll(() => his.map(text)).toContain('Great idea!');
    expect(reply.find(his.at(-1)!)?.id).toBe(id);
    // He, too, knows his message by that id: it came back to him.
    expect(his.map((message) => referenceId(message, stanzaIds))).toContain(id);
  });
});
