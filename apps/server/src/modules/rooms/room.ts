import { Element, NS_CLIENT, newId } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { occupantId } from '@xeps/xep-0421';
import { createHmac } from 'node:crypto';
import { copyOf } from '../../host/copy.ts';
import type { Host } from '../../host/host.ts';
import { roomUser } from './schema.ts';
import type { RoomAffiliation, RoomRole, RoomUserInput } from './schema.ts';

/** How a room is (§10.2). */
export interface RoomConfig {
  readonly name: string;
  readonly description: string;
  readonly persistent: boolean;
  readonly public: boolean;
  readonly membersOnly: boolean;
  readonly moderated: boolean;
  /** Who sees real addresses. */
  readonly whois: 'anyone' | 'moderators';
  readonly invitations: boolean;
  readonly changeSubject: boolean;
  readonly password: string;
  readonly history: number;
}

/** A room as its creator gets it (§10.1.2): open, semi-anonymous, kept when empty only if asked for. */
const defaultConfig: RoomConfig = {
  name: '',
  description: '',
  persistent: false,
  public: true,
  membersOnly: false,
  moderated: false,
  whois: 'moderators',
  invitations: true,
  changeSubject: false,
  password: '',
  history: 20,
};

/** Somebody in a room, with one nickname and one or more devices. */
export interface Occupant {
  nick: string;
  /** The bare address. */
  readonly account: Jid;
  role: RoomRole;
  /** The last presence of each device, by full address. */
  readonly sessions: Map<string, Element>;
}

/** What of a room outlives the server. */
export interface KeptRoom {
  readonly config: RoomConfig;
  readonly secret: string;
  readonly affiliations: readonly (readonly [string, RoomAffiliation])[];
  readonly subject: { readonly text: string; readonly nick: string; readonly at: number } | undefined;
}

/** A room: who is there and how it is. What happens in it is in the files beside. */
export interface Room {
  readonly jid: Jid;
  config: RoomConfig;
  /** §10.1.1: nobody but its owner may enter until it is configured. */
  locked: boolean;
  subject: KeptRoom['subject'];
  readonly affiliations: Map<string, RoomAffiliation>;
  readonly occupants: Map<string, Occupant>;
  affiliationOf(jid: Jid): RoomAffiliation;
  /** The occupant that a full address is one device of. */
  occupantOf(jid: Jid): Occupant | undefined;
  /** XEP-0421 §3: opaque, and the same for an account each time. */
  occupantIdOf(account: Jid): Element;
  /** What the room says of an occupant to one device. */
  presenceFor(to: Jid, occupant: Occupant, options?: PresenceOptions): Element;
  /** Tells every device of every occupant of one. */
  announce(
    occupant: Occupant,
    options?: PresenceOptions & { readonly except?: Jid; readonly codes?: readonly number[] },
  ): void;
  /** Sends a copy to every device of every occupant. */
  broadcast(stanza: Element): void;
  /** Sends something from the room. */
  tell(stanza: Element): void;
  save(): void;
}

/** How a presence of an occupant is told. */
export interface PresenceOptions {
  /** What the occupant said; the last when left out. */
  readonly presence?: Element | undefined;
  /** It is gone: `unavailable`, with role `none`. */
  readonly gone?: boolean;
  readonly status?: readonly number[];
  readonly item?: Partial<NonNullable<RoomUserInput['item']>>;
  readonly destroy?: RoomUserInput['destroy'];
}

/** What a role comes of (§5.1.2). */
export function usualRole(affiliation: RoomAffiliation, { moderated }: RoomConfig): RoomRole {
  if (affiliation === 'owner' || affiliation === 'admin') return 'moderator';
  return moderated && affiliation === 'none' ? 'visitor' : 'participant';
}

/** Makes a room, or brings one back. */
export function createRoom(
  host: Host,
  jid: Jid,
  kept: KeptRoom | undefined,
  keep: (room: KeptRoom | undefined) => void,
): Room {
  const secret = kept?.secret ?? newId();

  const room: Room = {
    jid,
    config: kept?.config ?? defaultConfig,
    locked: kept === undefined,
    subject: kept?.subject,
    affiliations: new Map(kept?.affiliations),
    occupants: new Map(),
    affiliationOf: (who) => room.affiliations.get(String(who.bare())) ?? 'none',
    occupantOf(who) {
      for (const occupant of room.occupants.values()) if (occupant.sessions.has(String(who))) return occupant;
      return undefined;
    },
    occupantIdOf: (account) =>
      occupantId.encode({ id: createHmac('sha256', secret).update(String(account.bare())).digest('base64url') }),
    presenceFor(to, occupant, { presence, gone = false, status = [], item = {}, destroy } = {}) {
      const said = presence ?? Array.from(occupant.sessions.values()).at(-1);
      const stanza = said === undefined ? new Element('presence', { xmlns: NS_CLIENT }) : withoutClaims(said);
      stanza.attrs['from'] = String(jid.withResource(occupant.nick));
      stanza.attrs['to'] = String(to);
      stanza.attrs['type'] = gone ? 'unavailable' : undefined;
      const seer = room.occupantOf(to);
      const seesAddresses = room.config.whois === 'anyone' || seer?.role === 'moderator' || seer === occupant;
      const [device] = occupant.sessions.keys();
      stanza.cnode(
        roomUser.encode({
          item: {
            affiliation: room.affiliationOf(occupant.account),
            role: gone ? 'none' : occupant.role,
            ...(seesAddresses && device !== undefined && { jid: parseJid(device, { lenient: true }) }),
            ...item,
          },
          status: status.map((code) => ({ code })),
          ...(destroy !== undefined && { destroy }),
        }),
      );
      stanza.cnode(room.occupantIdOf(occupant.account));
      return stanza;
    },
    announce(occupant, { except, codes = [], ...options } = {}) {
      for (const other of room.occupants.values()) {
        for (const text of other.sessions.keys()) {
          const to = parseJid(text, { lenient: true });
          if (except?.equals(to) === true) continue;
          const own = other === occupant ? [110] : [];
          host.route(room.presenceFor(to, occupant, { ...options, status: [...codes, ...own] }));
        }
      }
    },
    broadcast(stanza) {
      for (const { sessions } of room.occupants.values()) {
        for (const to of sessions.keys()) {
          const copy = copyOf(stanza);
          copy.attrs['to'] = to;
          host.route(copy);
        }
      }
    },
    tell: (stanza) => host.route(stanza),
    save() {
      const { config, subject, affiliations } = room;
      keep(config.persistent ? { config, secret, affiliations: [...affiliations], subject } : undefined);
    },
  };
  return room;
}

/** A presence without what only the room may say in it. */
function withoutClaims(presence: Element): Element {
  const copy = copyOf(presence);
  copy.children = copy.children.filter(
    (child) =>
      typeof child !== 'object' ||
      (!(child.name === 'x' && String(child.attrs['xmlns']).startsWith('http://jabber.org/protocol/muc')) &&
        child.name !== 'occupant-id'),
  );
  return copy;
}
