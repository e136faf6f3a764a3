/** A session and its engine, as long as they go on: what of an account can be made anew with another password. */
import { browserStore, createClient } from '@xeps/client';
import type { Client, ConnectionStatus } from '@xeps/client';
import { createIm, StoreError } from '@xeps/im';
import type { Im, Store } from '@xeps/im';
import { presence, roster, rosterList, subscriptions } from '@xeps/rfc-6121';
import type { PresenceApi, RosterApi, StoredRoster, SubscriptionsApi } from '@xeps/rfc-6121';
import { fromJson, toJson } from '@xeps/core/schema';
import { httpUpload } from '@xeps/xep-0363';
import { registerAccount } from '@xeps/xep-0077';
import { toFault } from './fault.ts';
import { loadSettings } from './profile.ts';
import type { Profile } from './profile.ts';
import type { AccountState, Availability, ConnectionView, Contact } from './types.ts';

/** What it is made of. */
export interface RunningOptions {
  readonly profile: Profile;
  readonly store: Store;
  /** Needed once: after that, what the client has stored is enough. */
  readonly password?: string | undefined;
  /** Makes the account first (XEP-0077). */
  readonly register?: boolean | undefined;
  readonly tell: (state: Partial<AccountState>) => void;
}

/** See the file's head. */
export interface Running {
  readonly client: Client;
  readonly im: Im;
  readonly roster: RosterApi;
  readonly presence: PresenceApi;
  readonly subscriptions: SubscriptionsApi;
  /** Whether this contact may learn what this account does. */
  isTrusted(address: string): boolean;
  start(retry: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds in which what changes is gathered. */
const gathering = 50;

/** What the program is called, for the account's owner and for servers. */
export const software = 'xeps web';

/** Makes one; `start` connects it. */
export function createRunning({ profile, store, password, register, tell }: RunningOptions): Running {
  const { address, service } = profile;
  const client = createClient({
    jid: address,
    ...(password !== undefined && { password }),
    ...(service !== undefined && { service }),
    allowInsecure: true,
    software,
    device: deviceName(),
    store: browserStore({ prefix: 'xeps-web' }),
    ...(register === true && {
      modules: [
        registerAccount({
          entries: { username: address.slice(0, address.lastIndexOf('@')), password: password ?? '' },
          // Servers of this machine have no TLS; the client itself connects to no others without it.
          trustConnection: true,
        }),
      ],
    }),
  });
  const contacts = client.use(roster);
  contacts.configure({ store: rosterStore(address) });
  const isTrusted = (other: string): boolean => {
    const subscription = contacts.get(other)?.subscription;
    return other === address || subscription === 'from' || subscription === 'both';
  };
  const im = createIm(client, {
    store,
    receipts: (other) => loadSettings().receipts && isTrusted(other),
    markers: (other) => loadSettings().markers && isTrusted(other),
  });
  const available = client.use(presence);
  const { show } = loadSettings();
  available.announce(show === 'available' ? {} : { show });
  const asking = client.use(subscriptions);

  const pending = new Map<string, () => void>();
  /** Tells of a part soon, and of all its changes at once. */
  const soon = (name: string, work: () => void): void => {
    if (pending.size === 0) setTimeout(flush, gathering);
    pending.set(name, work);
  };
  function flush(): void {
    const works = Array.from(pending.values());
    pending.clear();
    for (const work of works) work();
  }
  const tellContacts = (): void =>
    soon('contacts', () =>
      tell({ contacts: contacts.items().map((item) => toContact(item, im)), contactsLoaded: contacts.isLoaded }),
    );
  const tellPresence = (): void =>
    soon('presence', () =>
      tell({
        presence: Object.fromEntries(
          available.addresses().flatMap((jid) => {
            const [best] = available.of(jid);
            return best === undefined ? [] : [[String(jid), toAvailability(best)]];
          }),
        ),
      }),
    );
  const tellRequests = (): void =>
    soon('requests', () =>
      tell({
        requests: asking.requests().map(({ from, status }) => {
          const text = status.values().next().value;
          return { address: String(from.bare()), ...(text !== undefined && { text }) };
        }),
      }),
    );

  for (const event of ['added', 'updated', 'removed', 'loaded', 'failed'] as const) contacts.on(event, tellContacts);
  for (const event of ['available', 'unavailable'] as const) available.on(event, tellPresence);
  for (const event of ['request', 'settled'] as const) asking.on(event, tellRequests);
  // Whom the user has put into the contact list may see in return, also where the server can't be told so before (§3.4).
  asking.on('request', ({ from }) => {
    const item = contacts.get(from.bare());
    if (item?.ask === 'subscribe' || item?.subscription === 'to' || item?.subscription === 'both')
      asking.approve(from).catch((error: unknown) => console.warn(error));
  });
  client.on('disconnected', tellPresence);
  im.on('sync', ({ state, received }) => tell({ sync: { state, messages: received } }));
  client.onConnection((status) => tell({ connection: toView(status) }));
  client.on('fault', ({ error }) => {
    console.warn(error);
    if (error instanceof StoreError) tell({ storeFault: toFault(error) });
  });
  client.on('online', () => {
    // Neither is worth an error: a server may have no such service.
    client
      .use(httpUpload)
      .service()
      .then(({ maxFileSize }) => tell({ upload: maxFileSize ?? 0 }))
      .catch(() => tell({ upload: undefined }));
  });

  return {
    client,
    im,
    roster: contacts,
    presence: available,
    subscriptions: asking,
    isTrusted,
    async start(retry) {
      await client.start({ retry });
    },
    async close() {
      await im.close();
      await client.stop();
    },
  };
}

function toContact({ jid, name, subscription, ask, groups }: ReturnType<RosterApi['items']>[number], im: Im): Contact {
  return {
    address: String(jid),
    name: im.displayName(String(jid), 'contact-list'),
    ...(name !== undefined && name !== '' && { givenName: name }),
    groups,
    subscription: subscription as Contact['subscription'],
    asked: ask === 'subscribe',
  };
}

function toAvailability({ show, status }: { readonly show?: string; readonly status: ReadonlyMap<string, string> }) {
  const text = status.values().next().value;
  return { show: show ?? 'available', ...(text !== undefined && { status: text }) } as Availability;
}

function toView(status: ConnectionStatus): ConnectionView {
  switch (status.status) {
    case 'online':
      return { status: 'online' };
    case 'waiting':
      return { status: 'waiting', until: Date.now() + status.delay, fault: toFault(status.error) };
    case 'ended':
      return { status: 'ended', fault: toFault(status.error) };
    default:
      return { status: 'connecting' };
  }
}

/** The contact list, so that it is there at once, and offline. */
function rosterStore(address: string): { load(): StoredRoster | undefined; save(roster: StoredRoster): void } {
  const key = `xeps-web contacts ${address}`;
  return {
    load() {
      const text = localStorage.getItem(key);
      return text === null ? undefined : fromJson(rosterList, JSON.parse(text));
    },
    save({ ver, items }) {
      const list = { ...(ver !== undefined && { ver }), items: [...items] };
      localStorage.setItem(key, JSON.stringify(toJson(rosterList, list)));
    },
  };
}

/** What browsers say of themselves, in words that people know their devices by. */
function deviceName(): string {
  const { userAgent } = navigator;
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(userAgent)?.[0] ?? '';
  const browser = /Firefox|Edg|Chrome|Safari/.exec(userAgent)?.[0] ?? 'Browser';
  return `${browser === 'Edg' ? 'Edge' : browser}${system === '' ? '' : `, ${system === 'Mac OS X' ? 'Mac' : system}`}`;
}
