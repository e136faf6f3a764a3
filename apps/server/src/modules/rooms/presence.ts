import type { Element } from '@xeps/core';
import { Element as XmlElement, NS_CLIENT, StanzaError } from '@xeps/core';
import { parseDateTime } from '@xeps/core/schema';
import type { Jid } from '@xeps/core/jid';
import { delay } from '@xeps/xep-0203';
import type { Host } from '../../host/host.ts';
import { stanzaOf } from '../archive/index.ts';
import type { MessageLog } from '../archive/index.ts';
import type { Occupant, PresenceOptions, Room } from './room.ts';
import { usualRole } from './room.ts';
import { enterRoom } from './schema.ts';

/** People in one room at most, and devices of each. */
const limits = { occupants: 1000, sessions: 20 };

/** A presence for a nickname in a room: entering, changing, leaving (§7.2 to §7.7, §7.14). @throws StanzaError */
export function takePresence(host: Host, room: Room, log: MessageLog, stanza: Element, from: Jid, nick: string): void {
  const occupant = room.occupantOf(from);
  const type = stanza.attrs['type'] as string | undefined;
  if (type === 'unavailable') return occupant && leave(room, occupant, from, { presence: stanza });
  if (type !== undefined) return;
  const entering = enterRoom.safeFind(stanza);
  if (occupant === undefined) {
    // §7.2.1: who does not say that he enters believes to be there already.
    if (entering === undefined) throw new StanzaError('not-acceptable', { text: 'enter the room first' });
    return enter(host, room, log, stanza, from, nick);
  }
  if (occupant.nick !== nick) return changeNick(room, occupant, from, nick, stanza);
  occupant.sessions.set(String(from), stanza);
  if (entering === undefined) return room.announce(occupant);
  // Entering once more: the client has forgotten everything.
  showRoom(host, room, log, stanza, occupant, from, []);
}

function enter(host: Host, room: Room, log: MessageLog, stanza: Element, from: Jid, nick: string): void {
  const affiliation = room.affiliationOf(from);
  const privileged = affiliation === 'owner' || affiliation === 'admin';
  const { password } = enterRoom.find(stanza) ?? {};
  const there = room.occupants.get(nick);
  // §7.2.6 to §7.2.11
  if (affiliation === 'outcast') throw new StanzaError('forbidden', { text: 'you are banned from this room' });
  if (room.locked && affiliation !== 'owner')
    throw new StanzaError('item-not-found', { text: 'the room is not ready yet' });
  if (room.config.membersOnly && affiliation === 'none')
    throw new StanzaError('registration-required', { text: 'members only' });
  if (room.config.password !== '' && password !== room.config.password && affiliation !== 'owner') {
    throw new StanzaError('not-authorized', { text: 'the room has a password' });
  }
  if (there !== undefined && !there.account.equals(from.bare()))
    throw new StanzaError('conflict', { text: 'somebody has that nickname' });
  if (room.occupants.size >= limits.occupants && !privileged)
    throw new StanzaError('service-unavailable', { text: 'the room is full' });
  if ((there?.sessions.size ?? 0) >= limits.sessions) throw new StanzaError('resource-constraint');

  const occupant: Occupant = there ?? {
    nick,
    account: from.bare(),
    role: usualRole(affiliation, room.config),
    sessions: new Map(),
  };
  showOccupants(host, room, from, occupant);
  room.occupants.set(nick, occupant);
  occupant.sessions.set(String(from), stanza);
  room.announce(occupant, { except: from });
  showRoom(host, room, log, stanza, occupant, from, room.locked ? [201] : [], true);
}

function showOccupants(host: Host, room: Room, to: Jid, own: Occupant): void {
  for (const other of room.occupants.values()) {
    if (other !== own) host.route(room.presenceFor(to, other));
  }
}

/** §7.2.2 to §7.2.15: the others, oneself, what was said before, the subject. */
function showRoom(
  host: Host,
  room: Room,
  log: MessageLog,
  stanza: Element,
  occupant: Occupant,
  to: Jid,
  codes: readonly number[],
  known = false,
): void {
  if (!known) showOccupants(host, room, to, occupant);
  const anonymity = room.config.whois === 'anyone' ? [100] : [];
  host.route(room.presenceFor(to, occupant, { status: [110, 170, ...anonymity, ...codes] }));
  for (const message of historyFor(host, room, log, stanza)) {
    message.attrs['to'] = String(to);
    host.route(message);
  }
  host.route(subjectMessage(room, to));
}

/** §7.2.14: as much as the room gives, and the client wants. */
function historyFor(host: Host, room: Room, log: MessageLog, stanza: Element): Element[] {
  const { maxchars, maxstanzas, seconds, since } = enterRoom.find(stanza)?.history ?? {};
  const most = Math.min(room.config.history, maxstanzas ?? room.config.history, maxchars === 0 ? 0 : Infinity);
  if (most <= 0) return [];
  const start = Math.max(
    seconds === undefined ? 0 : host.clock.now() - seconds * 1000,
    since === undefined ? 0 : timeOf(since),
  );
  const page = log.query(String(room.jid), { start }, { max: most, before: '' });
  return (page?.entries ?? []).flatMap((entry) => {
    const message = stanzaOf(entry);
    message?.cnode(delay.encode({ stamp: new Date(entry.at), from: room.jid }));
    return message ?? [];
  });
}

function timeOf(text: string): number {
  try {
    return parseDateTime(text).getTime();
  } catch {
    return 0;
  }
}

/** §7.2.15: comes last, and is there even when there is none. */
function subjectMessage({ jid, subject }: Room, to: Jid): Element {
  const from = subject === undefined ? jid : jid.withResource(subject.nick);
  const message = new XmlElement('message', {
    xmlns: NS_CLIENT,
    type: 'groupchat',
    from: String(from),
    to: String(to),
  });
  message.c('subject').t(subject?.text ?? '');
  if (subject !== undefined) message.cnode(delay.encode({ stamp: new Date(subject.at), from: jid }));
  return message;
}

/** §7.6 */
function changeNick(room: Room, occupant: Occupant, from: Jid, nick: string, stanza: Element): void {
  const there = room.occupants.get(nick);
  if (there !== undefined && there !== occupant)
    throw new StanzaError('conflict', { text: 'somebody has that nickname' });
  occupant.sessions.set(String(from), stanza);
  room.announce(occupant, { gone: true, codes: [303], item: { nick, role: occupant.role } });
  room.occupants.delete(occupant.nick);
  occupant.nick = nick;
  room.occupants.set(nick, occupant);
  room.announce(occupant);
}

/** §7.14: a device leaves; the others are told when it was the occupant's last. */
export function leave(
  room: Room,
  occupant: Occupant,
  from: Jid,
  options: PresenceOptions & { readonly codes?: readonly number[] } = {},
): void {
  if (occupant.sessions.size > 1) {
    room.tell(room.presenceFor(from, occupant, { ...options, gone: true, status: [110] }));
    occupant.sessions.delete(String(from));
    return;
  }
  room.announce(occupant, { ...options, gone: true });
  room.occupants.delete(occupant.nick);
}
