import { createHash } from 'node:crypto';
import { newId, StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { clientsQuery, NS_CAM, passwordResetRequired, revokeQuery } from '@xeps/xep-0494';
import type { ClientAccessInput } from '@xeps/xep-0494';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import { bearerServer } from '../sasl/bearer-server.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { fast } from './fast.ts';
import { sasl2 } from './sasl2.ts';
import { signIn } from './sign-in.ts';

/** Milliseconds for which a grant is good. */
const lifetime = 3_600_000;
/** Installations of one account that are remembered; the one that was seen longest ago goes first. */
const maxClients = 100;

/** An installation of a client, known by the id of its user agent (XEP-0388 §2.2). Times are milliseconds since 1970. */
interface Client {
  readonly agent: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly software?: string | undefined;
  readonly device?: string | undefined;
  /** It has shown that it knows the password that the account has now. */
  readonly password: boolean;
  /** The grant that it last signed in with. */
  readonly grant?: string | undefined;
}

/** What the account's owner has let somebody have. */
interface Grant {
  readonly token: string;
  readonly created: number;
  readonly accessed: number;
  readonly software: string;
}

type Table<T> = Readonly<Record<string, T>>;

/** How a stream was signed in. */
interface SignedIn {
  readonly since: number;
  readonly agent: string | undefined;
  password: boolean;
}

/** Something that has access, as the list has it. */
interface Entry extends Omit<ClientAccessInput, 'id'> {
  readonly agent?: string | undefined;
  readonly grant?: string | undefined;
  readonly sessions: readonly ClientSession[];
}

/** Access that is given to others than the account's owner. */
export interface ClientAccessApi {
  /** Lets an application in, as an OAuth server would: gives the token for OAUTHBEARER (RFC 7628). */
  grant(account: Jid, software: string): string;
}

/** The list of what has access to an account, and its end (XEP-0494). */
export const clientAccess: ServerModule<ClientAccessApi | undefined> = serverModule({
  name: 'client-access',
  setup(host, use): ClientAccessApi | undefined {
    const profile = use(sasl2);
    if (profile === undefined) return undefined;
    const tokens = use(fast);
    const clientTable = host.store.table<Table<Client>>('clients');
    const grantTable = host.store.table<Table<Grant>>('grants');
    const signedIn = new WeakMap<ServerStream | ClientSession, SignedIn>();

    const clientsOf = (account: Jid): Table<Client> => clientTable.get(String(account)) ?? {};
    const grantsOf = (account: Jid): Table<Grant> =>
      Object.fromEntries(
        Object.entries(grantTable.get(String(account)) ?? {}).filter(
          ([, { created }]) => created + lifetime > host.clock.now(),
        ),
      );
    const keepClients = (account: Jid, clients: Table<Client>): void => {
      const newest = Object.entries(clients).sort(([, a], [, b]) => b.lastSeen - a.lastSeen);
      clientTable.set(String(account), Object.fromEntries(newest.slice(0, maxClients)));
    };
    const change = (account: Jid, agent: string | undefined, changed: Partial<Client>): void => {
      const { [idOf(agent ?? '')]: client, ...others } = clientsOf(account);
      if (client !== undefined) keepClients(account, { ...others, [idOf(client.agent)]: { ...client, ...changed } });
    };

    use(signIn)?.add('OAUTHBEARER', {
      offered: () => grantTable.entries().next().done !== true,
      begin: () =>
        bearerServer((token) => {
          for (const [account] of grantTable.entries()) {
            const jid = host.account(parseJid(account));
            const found = jid && Object.entries(grantsOf(jid)).find(([, grant]) => grant.token === token);
            if (found !== undefined) return { username: jid!.local!, grant: found[0] };
          }
          return undefined;
        }),
    });

    // After the binding, so that its session is there.
    profile.inline({
      offer: () => undefined,
      apply(stream, _, { id: agent, software, device }, { token, grant }) {
        const now = host.clock.now();
        const password = token === undefined && grant === undefined;
        const entry: SignedIn = { since: now, agent, password };
        signedIn.set(stream, entry);
        if (stream.session !== undefined) signedIn.set(stream.session, entry);
        if (agent === undefined) return undefined;
        const account = stream.account!;
        const known = clientsOf(account)[idOf(agent)];
        // With a token, a client need not say again what it is.
        const said = software === undefined && device === undefined ? {} : { software, device };
        keepClients(account, {
          ...clientsOf(account),
          [idOf(agent)]: {
            ...(known ?? { agent, firstSeen: now, password: false }),
            ...said,
            lastSeen: now,
            ...(password && { password }),
            ...(grant !== undefined && { grant }),
          },
        });
        return undefined;
      },
    });
    host.hooks.on('bound', ({ session }) => {
      const before = session.stream && signedIn.get(session.stream);
      // By RFC 6120 nobody signs in but with the password.
      signedIn.set(session, before ?? { since: host.clock.now(), agent: undefined, password: true });
    });
    host.hooks.on('ended', ({ session }) =>
      change(session.jid.bare(), signedIn.get(session)?.agent, { lastSeen: host.clock.now() }),
    );
    // Who has changed it knows the new one; the others don't.
    host.hooks.on('passwordChanged', ({ account, session: by }) => {
      const knows = by && signedIn.get(by)?.agent;
      for (const { agent } of Object.values(clientsOf(account))) change(account, agent, { password: agent === knows });
      for (const session of host.sessions.of(account)) {
        const entry = signedIn.get(session);
        if (entry !== undefined) entry.password = session === by;
      }
    });
    host.hooks.on('removed', ({ account }) => {
      clientTable.delete(String(account));
      grantTable.delete(String(account));
    });

    /** All that has access, by id. What has lost it, and has no session, is forgotten. */
    function entriesOf(account: Jid): Map<string, Entry> {
      const entries = new Map<string, Entry>();
      const [clients, grants] = [clientsOf(account), grantsOf(account)];
      const claimed = new Set<string>();
      const sessions = Map.groupBy(host.sessions.of(account), (session) => {
        const agent = signedIn.get(session)?.agent;
        return idOf(agent !== undefined && clients[idOf(agent)] !== undefined ? agent : String(session.jid));
      });
      for (const [id, client] of Object.entries(clients)) {
        const { agent, grant, software, device } = client;
        const own = sessions.get(id) ?? [];
        const granted = grant !== undefined && grants[grant] !== undefined;
        if (granted) claimed.add(grant);
        const auth = {
          password: client.password,
          ...(granted && { grant: {} }),
          fast: tokens?.has(account.local!, agent) === true,
        };
        sessions.delete(id);
        if (own.length === 0 && !auth.password && !granted && !auth.fast) {
          const { [id]: _, ...others } = clientsOf(account);
          keepClients(account, others);
          continue;
        }
        entries.set(id, {
          ...times(client.firstSeen, own.length > 0 ? host.clock.now() : client.lastSeen),
          ...{ type: 'session', connected: own.length > 0, auth, permission },
          userAgent: { ...(software !== undefined && { software }), ...(device !== undefined && { device }) },
          ...{ agent, grant, sessions: own },
        });
      }
      for (const [id, own] of sessions) {
        const { since, password } = signedIn.get(own[0]!)!;
        entries.set(id, {
          ...times(since, host.clock.now()),
          ...{ type: 'session', connected: true, auth: { password, fast: false }, permission, sessions: own },
        });
      }
      for (const [grant, { created, accessed, software }] of Object.entries(grants)) {
        if (claimed.has(grant)) continue;
        entries.set(idOf(grant), {
          ...times(created, accessed),
          ...{ type: 'access', connected: false, auth: { password: false, fast: false, grant: {} }, permission },
          ...{ userAgent: { software }, grant, sessions: [] },
        });
      }
      return entries;
    }

    host.accountIq.handle(clientsQuery, (_, { from }) => ({
      clients: Array.from(
        entriesOf(from.bare()),
        ([id, { agent: _agent, grant: _grant, sessions: _own, ...entry }]) => ({
          id,
          ...entry,
        }),
      ),
    }));
    host.accountIq.handle(revokeQuery, ({ id }, { from }) => {
      const account = from.bare();
      const entry = entriesOf(account).get(id);
      if (entry === undefined) throw new StanzaError('item-not-found', { text: 'there is no such client' });
      const { agent, grant, sessions, auth } = entry;
      // §3.2
      if (auth.password === true)
        throw new StanzaError('service-unavailable', {
          text: 'the client knows the password',
          application: [passwordResetRequired.encode({})],
        });
      if (grant !== undefined) {
        const { [grant]: _, ...others } = grantsOf(account);
        grantTable.set(String(account), others);
      }
      if (agent !== undefined) {
        tokens?.revoke(account.local!, agent);
        const { [id]: _, ...others } = clientsOf(account);
        keepClients(account, others);
      }
      // The answer goes out first: one of them may be the one that asks.
      setImmediate(() => {
        for (const session of sessions) {
          session.stream?.fail('not-authorized', 'access was revoked');
          host.end(session);
        }
      });
    });
    for (const set of [host.disco.server, host.disco.account]) set.feature(NS_CAM);

    return {
      grant(account, software) {
        const now = host.clock.now();
        const token = newId() + newId();
        grantTable.set(String(account), {
          ...grantsOf(account),
          [newId()]: { token, created: now, accessed: now, software },
        });
        return token;
      },
    };
  },
});

const permission = { status: 'unrestricted' } as const;

const times = (first: number, last: number): { readonly firstSeen: Date; readonly lastSeen: Date } => ({
  firstSeen: new Date(first),
  lastSeen: new Date(last),
});

/** Names something in the list without telling what it is known by. */
function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
