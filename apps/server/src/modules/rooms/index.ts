import { Element, newId, StanzaError } from '@xeps/core';
import { createJid, parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { NS_OCCUPANT_ID } from '@xeps/xep-0421';
import { moderationQuery, NS_MODERATION } from '@xeps/xep-0425';
import { NS_MAM, NS_MAM_EXTENDED } from '@xeps/xep-0313';
import { NS_SID } from '@xeps/xep-0359';
import { NS_PING, pingQuery } from '@xeps/xep-0199';
import { copyOf } from '../../host/copy.ts';
import { createDiscoSet } from '../../host/disco.ts';
import type { Host } from '../../host/host.ts';
import { createIqTable } from '../../host/iq-table.ts';
import type { IqContext, IqTable } from '../../host/iq-table.ts';
import { serverModule } from '../../host/module.ts';
import type { ServerModule } from '../../host/module.ts';
import { createService } from '../../host/service.ts';
import { answerArchive, createMessageLog } from '../archive/index.ts';
import type { MessageLog } from '../archive/index.ts';
import { answerDisco } from '../disco.ts';
import { change, configurationForm, configure, list } from './admin.ts';
import { moderate, takeMessage, takePrivateMessage } from './messages.ts';
import { leave, takePresence } from './presence.ts';
import { createRoom } from './room.ts';
import type { KeptRoom, Room } from './room.ts';
import { adminChangeQuery, adminListQuery, configurationQuery, configureQuery, NS_MUC } from './schema.ts';

/** Rooms at most, and requests between occupants that wait for an answer. */
const limits = { rooms: 1000, relayed: 1000 };
/** Milliseconds that one waits. */
const relayTime = 60_000;

/** Rooms (XEP-0045), with archives (XEP-0313), occupant ids (XEP-0421) and moderation (XEP-0425). */
export const rooms: ServerModule = serverModule({
  name: 'rooms',
  setup(host) {
    const address = createJid({ domain: `conference.${host.domain}` });
    const table = host.store.table<KeptRoom>('rooms');
    const log = createMessageLog(host, 'room-archive');
    const all = new Map<string, Room>();

    const open = (jid: Jid, kept: KeptRoom | undefined): Room => {
      const key = String(jid);
      const room = createRoom(host, jid, kept, (state) =>
        state === undefined ? table.delete(key) : table.set(key, state),
      );
      all.set(key, room);
      return room;
    };
    for (const [key, kept] of table.entries()) open(parseJid(key), kept);

    const close = (room: Room): void => {
      all.delete(String(room.jid));
      table.delete(String(room.jid));
    };
    /** A room that nobody wants to keep goes with its last occupant. */
    const closeIfEmpty = (room: Room): void => {
      if (room.occupants.size === 0 && !room.config.persistent) close(room);
    };

    const service = createIqTable();
    const set = createDiscoSet();
    set.identity({ category: 'conference', type: 'text', name: 'Rooms' });
    set.feature(NS_MUC);
    const listed = () =>
      Array.from(all.values())
        .filter((room) => room.config.public && !room.locked)
        .map(({ jid, config }) => () => ({ jid, name: config.name || jid.local }));
    answerDisco(service, () => ({ ...set, items: listed() }));
    service.handle(pingQuery, () => undefined);
    const requests = roomRequests(host, all, log, close);
    const relay = createRelay(host);

    function toRoom(stanza: Element, from: Jid, to: Jid): void {
      if (to.local === undefined) {
        if (stanza.name === 'message') host.refuse(stanza, new StanzaError('service-unavailable'));
        return;
      }
      const room = all.get(String(to.bare()));
      try {
        if (stanza.name === 'presence') return presenceTo(room, stanza, from, to);
        if (room === undefined) throw new StanzaError('item-not-found', { text: 'there is no such room' });
        if (stanza.name === 'iq') return iqTo(room, stanza, from, to);
        if (stanza.attrs['type'] === 'error') return bounced(room, from);
        if (to.isBare) takeMessage(host, room, log, stanza, from);
        else takePrivateMessage(host, room, stanza, from, to.resource!);
      } catch (error) {
        if (!(error instanceof StanzaError)) host.report(error);
        host.refuse(stanza, error instanceof StanzaError ? error : new StanzaError('internal-server-error'));
      }
    }

    function presenceTo(known: Room | undefined, stanza: Element, from: Jid, to: Jid): void {
      const type = stanza.attrs['type'] as string | undefined;
      if (type === 'error') return known && bounced(known, from);
      if (type !== undefined && type !== 'unavailable') return;
      if (known === undefined && type === 'unavailable') return;
      // §7.2.1
      if (to.resource === undefined) throw new StanzaError('jid-malformed', { text: 'choose a nickname' });
      if (known === undefined && all.size >= limits.rooms)
        throw new StanzaError('resource-constraint', { text: 'enough rooms' });
      const room = known ?? open(to.bare(), undefined);
      // §10.1: who makes a room owns it.
      if (known === undefined) room.affiliations.set(String(from.bare()), 'owner');
      try {
        takePresence(host, room, log, stanza, from, to.resource);
      } finally {
        closeIfEmpty(room);
      }
    }

    /** Something did not reach a device: it is gone (§7.14). */
    function bounced(room: Room, from: Jid): void {
      const occupant = room.occupantOf(from);
      if (occupant !== undefined) leave(room, occupant, from, { codes: [333] });
      closeIfEmpty(room);
    }

    function iqTo(room: Room, stanza: Element, from: Jid, to: Jid): void {
      const { type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
      const asks = type === 'get' || type === 'set';
      if (to.isBare && asks) return host.answer(requests, { from, to, session: host.sessions.find(from), stanza });
      if (!to.isBare) relay(room, stanza, from, to.resource!);
    }

    const entry = createService(host, address, service, toRoom);
    host.addService(address, entry);
    host.disco.server.item(() => ({ jid: address, name: 'Rooms' }));
  },
});

/** What rooms answer at their own addresses. */
function roomRequests(
  host: Host,
  all: ReadonlyMap<string, Room>,
  log: MessageLog,
  close: (room: Room) => void,
): IqTable {
  const table = createIqTable();
  const anyone = { from: 'anyone' } as const;
  const roomOf = ({ to }: IqContext): Room => all.get(String(to.bare()))!;
  const owned = (context: IqContext): Room => {
    const room = roomOf(context);
    if (room.affiliationOf(context.from) !== 'owner') throw new StanzaError('forbidden', { text: 'owners only' });
    return room;
  };
  answerDisco(table, (context) => describe(roomOf(context)), undefined, anyone);
  table.handle(pingQuery, () => undefined, anyone);
  table.handle(adminListQuery, (request, context) => list(roomOf(context), request, context.from), anyone);
  table.handle(adminChangeQuery, (request, context) => change(roomOf(context), request, context.from), anyone);
  table.handle(configurationQuery, (_, context) => ({ form: configurationForm(owned(context)) }), anyone);
  table.handle(
    configureQuery,
    ({ form, destroy }, context) => {
      const room = owned(context);
      if (form !== undefined) return configure(room, form);
      if (destroy === undefined) throw new StanzaError('bad-request');
      // §10.9
      for (const occupant of Array.from(room.occupants.values())) room.announce(occupant, { gone: true, destroy });
      room.occupants.clear();
      return close(room);
    },
    anyone,
  );
  table.handle(
    moderationQuery,
    (request, context) => moderate(host, roomOf(context), log, request, context.from),
    anyone,
  );
  answerArchive(
    host,
    table,
    log,
    {
      ownerOf(context) {
        const room = roomOf(context);
        const affiliation = room.affiliationOf(context.from);
        const closed = room.config.membersOnly || room.config.password !== '';
        // XEP-0313 §7: who may not enter may not read.
        if (
          affiliation === 'outcast' ||
          (closed && affiliation === 'none' && room.occupantOf(context.from) === undefined)
        ) {
          throw new StanzaError('forbidden', { text: 'the archive is for who may enter' });
        }
        return String(room.jid);
      },
    },
    anyone,
  );
  return table;
}

/** §6.4 */
function describe({ jid, config, occupants, subject }: Room): ReturnType<typeof createDiscoSet> {
  const set = createDiscoSet();
  set.identity({ category: 'conference', type: 'text', name: config.name || jid.local! });
  set.feature(NS_MUC, `${NS_MUC}#stable_id`, NS_MAM, NS_MAM_EXTENDED, NS_SID, NS_OCCUPANT_ID, NS_MODERATION, NS_PING);
  set.feature(
    config.membersOnly ? 'muc_membersonly' : 'muc_open',
    config.moderated ? 'muc_moderated' : 'muc_unmoderated',
    config.whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous',
    config.persistent ? 'muc_persistent' : 'muc_temporary',
    config.public ? 'muc_public' : 'muc_hidden',
    config.password === '' ? 'muc_unsecured' : 'muc_passwordprotected',
  );
  const field = (name: string, value: string) => ({ name, type: 'text-single' as const, values: [value] });
  set.form(() => ({
    type: 'result',
    fields: [
      { name: 'FORM_TYPE', type: 'hidden', values: ['http://jabber.org/protocol/muc#roominfo'] },
      field('muc#roominfo_description', config.description),
      field('muc#roominfo_occupants', String(occupants.size)),
      ...(subject === undefined ? [] : [field('muc#roominfo_subject', subject.text)]),
    ],
  }));
  return set;
}

/** §17.4: requests from one occupant to another, and the answers back, under the rooms' names for them. */
function createRelay(host: Host): (room: Room, stanza: Element, from: Jid, nick: string) => void {
  const waiting = new Map<
    string,
    { readonly id: string; readonly asker: string; readonly nick: string; cancel(): void }
  >();
  return (room, stanza, from, nick) => {
    const { type, id } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    const sender = room.occupantOf(from);
    if (type === 'result' || type === 'error') {
      const entry = waiting.get(id ?? '');
      if (entry === undefined || entry.nick !== sender?.nick) return;
      entry.cancel();
      const answer = copyOf(stanza);
      Object.assign(answer.attrs, { id: entry.id, to: entry.asker, from: String(room.jid.withResource(entry.nick)) });
      return host.route(answer);
    }
    if (sender === undefined) throw new StanzaError('not-acceptable', { text: 'you are not in this room' });
    const asked = room.occupants.get(nick);
    if (asked === undefined) throw new StanzaError('item-not-found', { text: 'nobody has that nickname' });
    // XEP-0410 §3: who asks for himself learns whether he is still there.
    if (asked === sender && stanza.getChild('ping', NS_PING) !== undefined) {
      const pong = new Element('iq', {
        xmlns: 'jabber:client',
        type: 'result',
        id,
        from: String(room.jid.withResource(nick)),
        to: String(from),
      });
      return host.route(pong);
    }
    const [device] = asked.sessions.keys();
    if (waiting.size >= limits.relayed || device === undefined) throw new StanzaError('resource-constraint');
    const key = newId();
    const cancelTimer = host.clock.schedule(() => void waiting.delete(key), relayTime);
    waiting.set(key, {
      id: id ?? '',
      asker: String(from),
      nick,
      cancel() {
        cancelTimer();
        waiting.delete(key);
      },
    });
    const request = copyOf(stanza);
    Object.assign(request.attrs, { id: key, to: device, from: String(room.jid.withResource(sender.nick)) });
    host.route(request);
  };
}
