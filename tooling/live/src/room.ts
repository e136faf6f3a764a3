/** Enters rooms (XEP-0045 §7.2), for the live tests. */
import { Element, iqQuery, newId } from '@xeps/core';
import { parseJid, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { attr, child, children, element, integer } from '@xeps/core/schema';
import type { Client } from '@xeps/client';
import type { ServerInfo } from '@xeps/servers/live';

const user = /* @__PURE__ */ element('http://jabber.org/protocol/muc#user', 'x', {
  status: children(/* @__PURE__ */ element('http://jabber.org/protocol/muc#user', 'status', { code: attr(integer()) })),
});
const configure = /* @__PURE__ */ iqQuery(
  'set',
  /* @__PURE__ */ element('http://jabber.org/protocol/muc#owner', 'query', {
    form: child(/* @__PURE__ */ element('jabber:x:data', 'x', { type: attr() })),
  }),
);

/** A room that nobody has been in. */
export function newRoom(server: ServerInfo): Jid {
  return parseJid(`room-${newId().toLowerCase()}@${server.services.muc}`);
}

/** Enters a room under a nickname; resolves when in, and unlocks the room when it is new (§10.1.2). */
export async function enter(client: Client, room: Jid, nick: string): Promise<void> {
  const codes = new Promise<number[]>((resolve, reject) => {
    const listening = client.on('presence', (presence) => {
      const from = tryParseJid(String(presence.attrs['from'] ?? ''));
      if (from === undefined || !from.bare().equals(room)) return;
      const found = user.find(presence)?.status.map(({ code }) => code) ?? [];
      if (presence.attrs['type'] === 'error') reject(new Error(`could not enter: ${presence.toString()}`));
      else if (found.includes(110)) resolve(found);
      else return;
      listening[Symbol.dispose]();
    });
  });
  const join = new Element('presence', { to: String(room.withResource(nick)) });
  join.c('x', { xmlns: 'http://jabber.org/protocol/muc' });
  await client.send(join);
  if ((await codes).includes(201)) await client.request(configure, { form: { type: 'submit' } }, { to: room });
}
