import { childElements, Element, namespaceOf, NS_CLIENT, StanzaError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { stanzaId } from '@xeps/xep-0359';
import { NS_OCCUPANT_ID } from '@xeps/xep-0421';
import { moderation, moderationTombstone } from '@xeps/xep-0425';
import type { ModerationRequest } from '@xeps/xep-0425';
import { copyOf } from '../../host/copy.ts';
import type { Host } from '../../host/host.ts';
import { isWorthKeeping, removeIdsBy, stanzaOf } from '../archive/index.ts';
import type { MessageLog } from '../archive/index.ts';
import type { Occupant, Room } from './room.ts';
import { roomUser } from './schema.ts';

/** A message to a room: to all, a subject, an invitation (§7.4, §7.8.2, §8.1). @throws StanzaError */
export function takeMessage(host: Host, room: Room, log: MessageLog, stanza: Element, from: Jid): void {
  const occupant = room.occupantOf(from);
  const type = stanza.attrs['type'] as string | undefined;
  const user = roomUser.safeFind(stanza);
  if (type !== 'groupchat') {
    if (user?.ok === true && user.value.invite !== undefined) return invite(host, room, user.value.invite, from);
    if (user?.ok === true && user.value.decline !== undefined) return decline(host, room, user.value.decline, from);
    throw new StanzaError('bad-request', { text: 'what is for the whole room has the type groupchat' });
  }
  if (occupant === undefined) throw new StanzaError('not-acceptable', { text: 'only occupants speak here' });
  if (occupant.role === 'visitor') throw new StanzaError('forbidden', { text: 'visitors have no voice' });
  const message = fromOccupant(room, occupant, stanza);
  if (isSubject(stanza)) setSubject(host, room, occupant, stanza);
  else if (isWorthKeeping(message)) {
    const { id } = log.append(String(room.jid), message, { with: String(message.attrs['from']) });
    message.cnode(stanzaId.encode({ id, by: room.jid }));
  }
  room.broadcast(message);
}

/** A stanza as the room passes it on: from the nickname, with the room's word for who it is (XEP-0421 §4). */
function fromOccupant(room: Room, occupant: Occupant, stanza: Element): Element {
  const message = copyOf(stanza);
  removeIdsBy(message, room.jid);
  for (const child of childElements(message)) if (namespaceOf(child) === NS_OCCUPANT_ID) message.remove(child);
  message.attrs['from'] = String(room.jid.withResource(occupant.nick));
  message.attrs['to'] = undefined;
  message.cnode(room.occupantIdOf(occupant.account));
  return message;
}

/** §8.1: a subject and nothing else. */
function isSubject(stanza: Element): boolean {
  return (
    stanza.getChild('subject') !== undefined &&
    stanza.getChild('body') === undefined &&
    stanza.getChild('thread') === undefined
  );
}

function setSubject(host: Host, room: Room, occupant: Occupant, stanza: Element): void {
  if (occupant.role !== 'moderator' && !room.config.changeSubject)
    throw new StanzaError('forbidden', { text: 'moderators set the subject' });
  room.subject = { text: stanza.getChildText('subject') ?? '', nick: occupant.nick, at: host.clock.now() };
  room.save();
}

/** §7.5: from one occupant to another. @throws StanzaError */
export function takePrivateMessage(host: Host, room: Room, stanza: Element, from: Jid, nick: string): void {
  const sender = room.occupantOf(from);
  const receiver = room.occupants.get(nick);
  if (sender === undefined) throw new StanzaError('not-acceptable', { text: 'only occupants speak here' });
  if (stanza.attrs['type'] === 'groupchat')
    throw new StanzaError('bad-request', { text: 'groupchat is for the whole room' });
  if (receiver === undefined) throw new StanzaError('item-not-found', { text: 'nobody has that nickname' });
  const message = fromOccupant(room, sender, stanza);
  if (message.getChild('x', 'http://jabber.org/protocol/muc#user') === undefined) message.cnode(roomUser.encode({}));
  for (const to of receiver.sessions.keys()) {
    const copy = copyOf(message);
    copy.attrs['to'] = to;
    host.route(copy);
  }
}

/** §7.8.2: nothing but the invitation goes out in the room's name. */
function invite(
  host: Host,
  room: Room,
  { to, reason }: { readonly to?: Jid; readonly reason?: string },
  from: Jid,
): void {
  const occupant = room.occupantOf(from);
  const allowed = room.config.invitations ? occupant?.role !== 'visitor' : occupant?.role === 'moderator';
  if (occupant === undefined || !allowed) throw new StanzaError('forbidden', { text: 'you can’t invite to this room' });
  if (to === undefined) throw new StanzaError('bad-request', { text: 'whom?' });
  const affiliation = room.affiliationOf(from);
  // §7.8.2: who is invited to a room for members becomes one.
  if (room.config.membersOnly) {
    if (affiliation !== 'owner' && affiliation !== 'admin') throw new StanzaError('forbidden');
    if (room.affiliationOf(to) === 'none') room.affiliations.set(String(to.bare()), 'member');
    room.save();
  }
  const message = new Element('message', { xmlns: NS_CLIENT, from: String(room.jid), to: String(to) });
  const { password } = room.config;
  message.cnode(roomUser.encode({ invite: { from: from.bare(), reason }, ...(password !== '' && { password }) }));
  host.route(message);
}

/** §7.8.2: to who invited, in the room's name. */
function decline(
  host: Host,
  room: Room,
  { to, reason }: { readonly to?: Jid; readonly reason?: string },
  from: Jid,
): void {
  if (to === undefined) throw new StanzaError('bad-request', { text: 'whose invitation?' });
  const inviter = Array.from(room.occupants.values()).find(({ account }) => account.equals(to.bare()));
  if (inviter === undefined) throw new StanzaError('item-not-found');
  for (const address of inviter.sessions.keys()) {
    const message = new Element('message', { xmlns: NS_CLIENT, from: String(room.jid), to: address });
    message.cnode(roomUser.encode({ decline: { from: from.bare(), reason } }));
    host.route(message);
  }
}

/** XEP-0425 §3, §4: a moderator takes a message out. @throws StanzaError */
export function moderate(
  host: Host,
  room: Room,
  log: MessageLog,
  { id, retract, reason }: ModerationRequest,
  from: Jid,
): undefined {
  const occupant = room.occupantOf(from);
  if (occupant?.role !== 'moderator') throw new StanzaError('forbidden', { text: 'moderators only' });
  if (!retract) throw new StanzaError('bad-request', { text: 'retract is all that there is' });
  const entry = log.get(String(room.jid), id);
  const original = entry && stanzaOf(entry);
  if (entry === undefined || original === undefined)
    throw new StanzaError('item-not-found', { text: 'there is no such message' });
  const by = room.jid.withResource(occupant.nick);
  const tombstone = new Element('message', { ...original.attrs });
  const moderated = { by, occupantId: { id: String(room.occupantIdOf(occupant.account).attrs['id']) } };
  tombstone.cnode(moderationTombstone.encode({ stamp: new Date(host.clock.now()), moderated, reason }));
  for (const child of childElements(original))
    if (namespaceOf(child) === NS_OCCUPANT_ID) tombstone.cnode(copyOf(child));
  log.replace(String(room.jid), id, tombstone);

  const notice = new Element('message', {
    xmlns: NS_CLIENT,
    type: 'groupchat',
    from: String(room.jid),
    id: `moderation-${id}`,
  });
  notice.cnode(moderation.encode({ id, moderated, reason }));
  const kept = log.append(String(room.jid), notice, { with: String(room.jid) });
  notice.cnode(stanzaId.encode({ id: kept.id, by: room.jid }));
  room.broadcast(notice);
  return undefined;
}
