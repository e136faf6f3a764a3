import { StanzaError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { parseJid } from '@xeps/core/jid';
import { boolean, integer, string } from '@xeps/core/schema';
import { formValues, newField, oneValue } from '@xeps/xep-0004';
import type { DataForm, FieldType } from '@xeps/xep-0004';
import { leave } from './presence.ts';
import { usualRole } from './room.ts';
import type { Occupant, Room, RoomConfig } from './room.ts';
import type { RoomAdmin, RoomAdminInput, RoomAffiliation, RoomRole } from './schema.ts';

/** Addresses in the lists of a room. */
const maxListed = 10_000;

const fields = {
  name: oneValue(string, 'muc#roomconfig_roomname'),
  description: oneValue(string, 'muc#roomconfig_roomdesc'),
  persistent: oneValue(boolean, 'muc#roomconfig_persistentroom'),
  public: oneValue(boolean, 'muc#roomconfig_publicroom'),
  membersOnly: oneValue(boolean, 'muc#roomconfig_membersonly'),
  moderated: oneValue(boolean, 'muc#roomconfig_moderatedroom'),
  whois: oneValue(string, 'muc#roomconfig_whois'),
  invitations: oneValue(boolean, 'muc#roomconfig_allowinvites'),
  changeSubject: oneValue(boolean, 'muc#roomconfig_changesubject'),
  passwordProtected: oneValue(boolean, 'muc#roomconfig_passwordprotectedroom'),
  password: oneValue(string, 'muc#roomconfig_roomsecret'),
  history: oneValue(integer(0, 1000), 'muc#maxhistoryfetch'),
};

/** §10.2: the form with what a room is like. */
export function configurationForm({ config }: Room): DataForm {
  const flag = (value: boolean): string => (value ? '1' : '0');
  const field = (name: string, type: FieldType, value: string): DataForm['fields'][number] => ({
    ...newField(name, [value]),
    type,
  });
  return {
    type: 'form',
    title: 'How the room is',
    instructions: [],
    fields: [
      field('FORM_TYPE', 'hidden', 'http://jabber.org/protocol/muc#roomconfig'),
      field('muc#roomconfig_roomname', 'text-single', config.name),
      field('muc#roomconfig_roomdesc', 'text-single', config.description),
      field('muc#roomconfig_persistentroom', 'boolean', flag(config.persistent)),
      field('muc#roomconfig_publicroom', 'boolean', flag(config.public)),
      field('muc#roomconfig_membersonly', 'boolean', flag(config.membersOnly)),
      field('muc#roomconfig_moderatedroom', 'boolean', flag(config.moderated)),
      field('muc#roomconfig_whois', 'list-single', config.whois),
      field('muc#roomconfig_allowinvites', 'boolean', flag(config.invitations)),
      field('muc#roomconfig_changesubject', 'boolean', flag(config.changeSubject)),
      field('muc#roomconfig_passwordprotectedroom', 'boolean', flag(config.password !== '')),
      field('muc#roomconfig_roomsecret', 'text-private', config.password),
      field('muc#maxhistoryfetch', 'text-single', String(config.history)),
    ],
    items: [],
  } as unknown as DataForm;
}

/** §10.2: takes a filled in form; an empty one accepts what there is (§10.1.2). @throws StanzaError */
export function configure(room: Room, form: DataForm): void {
  if (form.type === 'cancel') return;
  let values: ReturnType<typeof formValues<typeof fields>>;
  try {
    values = formValues(form, fields);
  } catch (error) {
    throw new StanzaError('not-acceptable', { text: (error as Error).message });
  }
  const { passwordProtected, password, whois, ...others } = values;
  const given = Object.fromEntries(
    Object.entries(others).filter(([, value]) => value !== undefined),
  ) as Partial<RoomConfig>;
  const before = room.config;
  room.config = {
    ...before,
    ...given,
    ...(whois !== undefined && { whois: whois === 'anyone' ? 'anyone' : 'moderators' }),
    password: passwordProtected === false ? '' : (password ?? before.password),
  };
  room.locked = false;
  room.save();
  // §10.2.1, §9.?: who is no member has to go.
  if (!room.config.membersOnly || before.membersOnly) return;
  for (const occupant of Array.from(room.occupants.values())) {
    if (room.affiliationOf(occupant.account) === 'none') remove(room, occupant, 322);
  }
}

/** Takes an occupant out, with all devices, for the reason of a status code (§15.6.2). */
function remove(room: Room, occupant: Occupant, code: number, reason?: string): void {
  occupant.role = 'none';
  const [first, ...more] = occupant.sessions.keys();
  for (const session of more) leave(room, occupant, parseJid(session, { lenient: true }));
  if (first !== undefined) {
    leave(room, occupant, parseJid(first, { lenient: true }), {
      codes: [code],
      item: { ...(reason !== undefined && { reason }) },
    });
  }
}

const ranks: readonly RoomAffiliation[] = ['outcast', 'none', 'member', 'admin', 'owner'];
const rank = (affiliation: RoomAffiliation): number => ranks.indexOf(affiliation);

/** §9.5, §9.8: who is on a list. @throws StanzaError */
export function list(room: Room, { items: [wanted] }: RoomAdmin, from: Jid): RoomAdminInput {
  const own = room.affiliationOf(from);
  const role = room.occupantOf(from)?.role;
  if (wanted?.affiliation !== undefined) {
    // Members of an open room may know each other; the other lists are for who keeps them.
    if (rank(own) < rank('member') || (wanted.affiliation === 'outcast' && rank(own) < rank('admin')))
      throw new StanzaError('forbidden');
    const found = Array.from(room.affiliations).filter(([, affiliation]) => affiliation === wanted.affiliation);
    return { items: found.map(([jid, affiliation]) => ({ jid: parseJid(jid, { lenient: true }), affiliation })) };
  }
  if (wanted?.role === undefined) throw new StanzaError('bad-request', { text: 'which list?' });
  if (role !== 'moderator') throw new StanzaError('forbidden');
  const found = Array.from(room.occupants.values()).filter((occupant) => occupant.role === wanted.role);
  return {
    items: found.map((occupant) => ({
      nick: occupant.nick,
      role: occupant.role,
      affiliation: room.affiliationOf(occupant.account),
    })),
  };
}

/** §8.2 to §10.8: changes roles and affiliations. All or nothing is checked first. @throws StanzaError */
export function change(room: Room, { items }: RoomAdmin, from: Jid): undefined {
  const steps = items.map((item) => {
    if (item.affiliation !== undefined) return affiliationStep(room, item.jid, item.affiliation, item.reason, from);
    if (item.role !== undefined && item.nick !== undefined)
      return roleStep(room, item.nick, item.role, item.reason, from);
    throw new StanzaError('bad-request', { text: 'a role by nickname, or an affiliation by address' });
  });
  if (steps.length === 0) throw new StanzaError('bad-request');
  for (const step of steps) step();
  room.save();
  return undefined;
}

function affiliationStep(
  room: Room,
  jid: Jid | undefined,
  wanted: RoomAffiliation,
  reason: string | undefined,
  from: Jid,
): () => void {
  const own = room.affiliationOf(from);
  if (jid === undefined) throw new StanzaError('bad-request', { text: 'an affiliation is of an address' });
  const before = room.affiliationOf(jid);
  // §5.2.2: admins for members and outcasts, owners for all.
  const needed = Math.max(rank(before), rank(wanted)) >= rank('admin') ? 'owner' : 'admin';
  if (rank(own) < rank(needed)) throw new StanzaError(own === 'none' ? 'forbidden' : 'not-allowed');
  const owners = Array.from(room.affiliations.values()).filter((affiliation) => affiliation === 'owner').length;
  // §10.5: a room without an owner could never be changed again.
  if (before === 'owner' && wanted !== 'owner' && owners === 1)
    throw new StanzaError('conflict', { text: 'the last owner stays' });
  if (room.affiliations.size >= maxListed) throw new StanzaError('resource-constraint');
  return () => {
    if (wanted === 'none') room.affiliations.delete(String(jid.bare()));
    else room.affiliations.set(String(jid.bare()), wanted);
    for (const occupant of Array.from(room.occupants.values())) {
      if (!occupant.account.equals(jid.bare())) continue;
      if (wanted === 'outcast') remove(room, occupant, 301, reason);
      else if (wanted === 'none' && room.config.membersOnly) remove(room, occupant, 321, reason);
      else {
        occupant.role = usualRole(wanted, room.config);
        room.announce(occupant);
      }
    }
  };
}

function roleStep(room: Room, nick: string, wanted: RoomRole, reason: string | undefined, from: Jid): () => void {
  const moderator = room.occupantOf(from);
  const occupant = room.occupants.get(nick);
  if (moderator?.role !== 'moderator') throw new StanzaError('forbidden');
  if (occupant === undefined) throw new StanzaError('item-not-found', { text: 'nobody has that nickname' });
  const own = rank(room.affiliationOf(from));
  const theirs = rank(room.affiliationOf(occupant.account));
  // §8.2: nobody moves who stands higher; §9.6: moderators are made by admins.
  if (theirs > own || (theirs >= rank('admin') && wanted !== 'moderator')) throw new StanzaError('not-allowed');
  if ((wanted === 'moderator' || occupant.role === 'moderator') && own < rank('admin'))
    throw new StanzaError('forbidden');
  return () => {
    if (wanted === 'none') return remove(room, occupant, 307, reason);
    occupant.role = wanted;
    room.announce(occupant, reason === undefined ? {} : { item: { reason } });
  };
}
