import { isStanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { describeLive, enter, newRoom, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { dataForm, newField } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import { occupantIdOf } from '@xeps/xep-0421';
import { expect, test } from 'vitest';
import {
  getMentionPermissions,
  isMentioned,
  mention,
  mentionAt,
  mentionPermissionsChange,
  mentions,
  mentionsOf,
  NS_MENTIONS,
} from '../src/index.ts';
import type { MentionInput } from '../src/index.ts';

describeLive('XEP-0513', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(mentions).addGroup('channel');
      },
    });

  /** Sends a message; gives it as another client gets it. */
  async function say(
    from: Client,
    to: Client,
    address: string,
    body: string,
    inputs: readonly MentionInput[],
    payloads: readonly Element[] = [],
  ): Promise<Element> {
    const came = new Promise<Element>((resolve) => {
      const listening = to.on('message', messageBody, ({ text }, message) => {
        if (text !== body) return;
        listening[Symbol.dispose]();
        resolve(message);
      });
    });
    const type = parseJid(address).domain === server.services.muc ? 'groupchat' : 'chat';
    const all = [...inputs.map((input) => mention.encode(input)), ...payloads];
    await sendMessage(from, { to: address, type, body, payloads: all });
    return came;
  }

  test('§3.1 two people mention each other', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const { features } = await getDiscoInfo(romeo, { to: juliet.jid });
    expect(features).toEqual(expect.arrayContaining([NS_MENTIONS, `${NS_MENTIONS}#channel`]));
    const body = '😀 &\nJuliet!';
    const at = mentionAt({ body, start: 5, end: 11 }, { jid: juliet.jid.bare() });
    const message = await say(romeo, juliet, String(juliet.jid), body, [at]);
    expect(mentionsOf(message)[0]?.range?.text).toBe('Juliet');
    expect(isMentioned(message, { jid: juliet.jid })).toBe(true);
    const other = await say(romeo, juliet, String(juliet.jid), 'x', [{ jid: romeo.jid.bare() }, { group: 'channel' }]);
    expect(isMentioned(other, { jid: juliet.jid })).toBe(false);
  });

  test('§3.6, §7 in a room, who has no right to mention everybody does not', async () => {
    const [macbeth, hag] = await Promise.all([open('macbeth'), open('hag')]);
    const room = newRoom(server);
    await enter(macbeth, room, 'macbeth');
    await enter(hag, room, 'hag');
    const mine = await say(hag, hag, String(room), 'me', []);
    const who = { jid: hag.jid, occupantId: occupantIdOf(mine), role: 'participant' as const };
    if (server.quirks.includes('no-occupant-ids')) {
      // It assigns no identifiers: there mentions are by address, and groups as everywhere.
      expect(who.occupantId).toBeUndefined();
      const toAll = await say(macbeth, hag, String(room), 'all', [{ group: 'channel' }]);
      expect(isMentioned(toAll, who, { senderRole: 'moderator' })).toBe(true);
      const attack = await say(hag, macbeth, String(room), 'buy', [{ group: 'channel' }]);
      expect(isMentioned(attack, { jid: macbeth.jid, role: 'moderator' as const }, { senderRole: 'participant' })).toBe(
        false,
      );
      return;
    }
    expect(who.occupantId).toMatch(/.+/);

    const toHer = await say(macbeth, hag, String(room), 'you', [{ occupantId: who.occupantId }]);
    expect(isMentioned(toHer, who, { senderRole: 'moderator' })).toBe(true);
    const toAll = await say(macbeth, hag, String(room), 'all', [{ group: 'channel' }]);
    expect(isMentioned(toAll, who, { senderRole: 'moderator' })).toBe(true);

    // The hag has no right, writes a change of permissions herself, and uses an address where identifiers are known.
    const fields = [newField('FORM_TYPE', [NS_MENTIONS], 'hidden'), newField('mentions#channel', ['participants'])];
    const forged = dataForm.encode({ type: 'result', fields });
    const owner = { jid: macbeth.jid, occupantId: occupantIdOf(toHer) };
    const attack = await say(
      hag,
      macbeth,
      String(room),
      'buy',
      [{ group: 'channel' }, { jid: macbeth.jid.bare() }],
      [forged],
    );
    expect(mentionsOf(attack)).toHaveLength(2);
    expect(mentionPermissionsChange(attack, room)).toBeUndefined();
    expect(isMentioned(attack, owner, { senderRole: 'participant' })).toBe(false);
    // Neither server knows the permissions of §3.6.
    await expect(getMentionPermissions(hag, room)).rejects.toSatisfy((error) => isStanzaError(error));
  });
});
