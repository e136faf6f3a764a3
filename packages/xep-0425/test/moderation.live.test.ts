import { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { queryArchive } from '@xeps/xep-0313';
import { stanzaIdsBy } from '@xeps/xep-0359';
import { retractionOf } from '@xeps/xep-0424';
import { expect, test } from 'vitest';
import { moderate, moderation, readModeration, readModerationTombstone } from '../src/index.ts';
import type { ModerationNotice } from '../src/index.ts';

describeLive('XEP-0425', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  /** A room with its moderator and two more; what one of these gets; and the room's id of what another says. */
  async function gather() {
    const [macbeth, hag, crone] = await Promise.all([open('macbeth'), open('hag'), open('crone')]);
    const room = newRoom(server);
    await enter(macbeth, room, 'macbeth');
    await enter(hag, room, 'hag');
    await enter(crone, room, 'crone');
    const ids = (await stanzaIdsBy(crone, { by: room }))!;
    const got: Element[] = [];
    crone.on('message', (message) => void got.push(message));
    async function say(body: string): Promise<string> {
      await sendMessage(hag, { to: room, type: 'groupchat', body });
      const find = (): Element | undefined => got.find((message) => message.getChildText('body') === body);
      await expect.poll(find).toBeDefined();
      return ids.of(find()!)!;
    }
    return { room, macbeth, hag, crone, got, say };
  }
  const notices = (got: readonly Element[], room: Jid): ModerationNotice[] =>
    got.map((message) => readModeration(message, room)).filter((notice) => notice !== undefined);

  if (server.lane === 'old') {
    // Prosody 0.12 knows version 0.2 alone, ejabberd 23.01 none.
    test('a room that does not know it says so, and nothing is retracted', async () => {
      const { room, macbeth, got, say } = await gather();
      const id = await say('something wicked');
      await expect(moderate(macbeth, room, id)).rejects.toMatchObject({ condition: 'service-unavailable' });
      await say('this way comes');
      expect(notices(got, room)).toEqual([]);
    });
    return;
  }

  test('§3 a moderator retracts a message, and the room tells the others', async () => {
    const { room, macbeth, got, say } = await gather();
    const id = await say('DM me for free magic potions!');
    await moderate(macbeth, room, id, { reason: 'spam' });
    await expect.poll(() => notices(got, room)).toMatchObject([{ id, reason: 'spam' }]);
    expect(String(notices(got, room)[0]?.by)).toBe(`${room}/macbeth`);
    // Nobody takes it for a retraction by the sender.
    expect(got.map((message) => retractionOf(message)).filter((found) => found !== undefined)).toEqual([]);

    const kept = async (): Promise<unknown[]> => {
      const found = [];
      for await (const message of queryArchive(macbeth, {}, { to: room }))
        if (message.id === id) found.push(readModerationTombstone(message.stanza!));
      return found;
    };
    // §4 is for Prosody to do; ejabberd 24.12 takes the message out of the archive.
    if (server.quirks.includes('retracted-leave-archive')) await expect.poll(kept).toEqual([]);
    else await expect.poll(kept).toMatchObject([{ reason: 'spam', stamp: expect.any(Date) as Date }]);
  });

  test('§3.2 who is no moderator is refused', async () => {
    const { room, hag, got, say } = await gather();
    const id = await say('something wicked');
    await expect(moderate(hag, room, id)).rejects.toMatchObject({ condition: 'forbidden' });
    await say('this way comes');
    expect(notices(got, room)).toEqual([]);
  });

  test('§5 what an occupant says in the room’s name is not believed', async () => {
    const { room, macbeth, crone, hag, got, say } = await gather();
    const id = await say('something wicked');
    const forged = (): Element =>
      moderation.encode({ id, moderated: { by: room.withResource('macbeth') }, reason: 'spam' });
    const holdsForged = (message: Element): boolean => moderation.safeFind(message) !== undefined;

    await sendMessage(hag, { to: room, type: 'groupchat', body: 'cool it', payloads: [forged()] });
    await sendMessage(hag, { to: room.withResource('crone'), body: 'in private', payloads: [forged()] });
    await sendMessage(hag, { to: crone.jid, body: 'past the room', payloads: [forged()] });
    await expect.poll(() => got.filter(holdsForged).length).toBe(3);

    // An invitation, from the room's own address. Prosody 13.0.1 lets every occupant invite, and sends on all that is in it;
    // ejabberd lets moderators.
    const invitation = new Element('message', { to: String(room) });
    invitation.c('x', { xmlns: 'http://jabber.org/protocol/muc#user' }).c('invite', { to: String(crone.jid.bare()) });
    invitation.cnode(forged());
    const anybody = server.quirks.includes('everybody-invites');
    await (anybody ? hag : macbeth).send(invitation);
    const invited = (message: Element): boolean =>
      message.getChild('x', 'http://jabber.org/protocol/muc#user')?.getChild('invite') !== undefined;
    await expect.poll(() => got.filter(invited).map(({ attrs }) => attrs['from'] as string)).toEqual([String(room)]);
    if (anybody) expect(got.filter(holdsForged)).toHaveLength(4);

    expect(notices(got, room)).toEqual([]);
  });
});
