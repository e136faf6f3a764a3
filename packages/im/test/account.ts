/** An account on a server in memory, and devices that connect to it: what a test scripts, and what the devices did. */
import { createSession, DisconnectedError, newId } from '@xeps/core';
import type { Delivery, Element, Session } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { parseElement, serialize } from '@xeps/core/xml';
import { vi } from 'vitest';
import { createIm } from '../src/index.ts';
import type { Im, ImOptions } from '../src/index.ts';
import type { Store } from '../src/store/index.ts';
import { memoryStore } from '../src/store/memory.ts';
import { OWN } from './model.ts';

/** A message in the archive. */
interface Archived {
  readonly id: string;
  readonly time: number;
  readonly xml: string;
}

/** What the archive was asked. */
export interface Asked {
  readonly with?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

export interface Account {
  /** The oldest first. */
  archive: Archived[];
  /** What the archive was asked, in order. */
  readonly asked: Asked[];
  /** What the account says that it can do. */
  features: string[];
  /** The most messages a page. */
  most: number;
  /** Says no to each reading of the archive: a condition. */
  refuses: string | undefined;
  /** Called before each page is sent. */
  beforePage: (asked: Asked) => void | Promise<void>;
  /** Called before a state of XEP-0490 is taken. */
  beforePublish: () => void | Promise<void>;
  /** The archive takes what devices send. */
  takes: boolean;
  roster: { readonly jid: string; readonly name?: string; readonly subscription: string }[];
  /** The node of XEP-0490: archive id by conversation. */
  readonly displayed: Map<string, string>;
  /** What was published there, in order. */
  readonly published: string[];
  /** Puts a message into the archive. */
  keep(xml: string, time?: number): string;
  /** A message comes: into the archive, and to all devices. */
  receive(xml: string): string;
}

export interface Device {
  readonly session: Session;
  readonly im: Im;
  readonly store: Store;
  /** The messages that it gave to the server. */
  readonly sent: Element[];
  readonly faults: unknown[];
  /** Delivers a stanza to this device. */
  inject(xml: string): void;
  /** Goes online, with a new session. */
  online(): void;
  /** The connection is lost. */
  offline(): void;
  /** The server acknowledges all that was sent, where it does not at once. */
  ack(): void;
}

/** How a device connects. */
export interface DeviceOptions {
  readonly store?: Store;
  readonly im?: Partial<ImOptions>;
  /** Online from the beginning. */
  readonly online?: boolean;
  /** The server acknowledges at once; otherwise when the test says so. */
  readonly acks?: boolean;
  /** The connection does not take these. */
  readonly rejects?: (stanza: Element) => boolean;
}

const connected = new WeakMap<Account, Set<Device>>();

export function createAccount(): Account {
  let next = 0;
  const account: Account = {
    archive: [],
    asked: [],
    features: [
      'urn:xmpp:sid:0',
      'urn:xmpp:mam:2',
      'urn:xmpp:mam:2#extended',
      'http://jabber.org/protocol/pubsub#publish-options',
    ],
    most: 1000,
    refuses: undefined,
    beforePage: () => undefined,
    beforePublish: () => undefined,
    takes: true,
    roster: [],
    displayed: new Map(),
    published: [],
    keep(text, time = Date.now()) {
      const id = `x${(next += 1)}`;
      account.archive.push({ id, time, xml: text });
      return id;
    },
    receive(text) {
      const id = account.keep(text);
      for (const device of connected.get(account)!) device.inject(withStanzaId(text, id));
      return id;
    },
  };
  connected.set(account, new Set());
  return account;
}

/** As the server of {@link OWN} delivers a message that it has archived. */
export function withStanzaId(text: string, id: string, by = OWN): string {
  return text.replace('</message>', `<stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${by}'/></message>`);
}

/** A copy of what another device of the account sent. */
export function carbonOf(text: string): string {
  return `<message from='${OWN}' to='${OWN}/orchard'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${text.replace('<message', `<message xmlns='jabber:client'`)}</forwarded></sent></message>`;
}

/** Makes a device of an account, with an engine. */
export function connect(account: Account, options: DeviceOptions = {}): Device {
  const { store = memoryStore(), online = true, acks = true, rejects = () => false } = options;
  const jid = `${OWN}/${newId()}`;
  const waiting: (() => void)[] = [];
  const sent: Element[] = [];
  const faults: unknown[] = [];
  let isOnline = false;

  async function write(stanza: Element): Promise<Delivery> {
    if (!isOnline) throw new DisconnectedError('there is no connection');
    if (rejects(stanza)) throw new DisconnectedError('the connection takes no more');
    const copy = parseElement(serialize(stanza), { xmlns: 'jabber:client' });
    copy.attrs['from'] = jid;
    if (copy.name === 'iq') queueMicrotask(() => void answer(copy));
    if (copy.name === 'message') {
      sent.push(copy);
      const isKept = copy.getChild('body') !== undefined || copy.getChild('store') !== undefined;
      if (account.takes && isKept) account.keep(serialize(copy));
    }
    return { acked: acks ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)) };
  }

  async function answer(iq: Element): Promise<void> {
    const { id, to, type } = iq.attrs as Readonly<Record<string, string>>;
    if (type !== 'get' && type !== 'set') return;
    const of = isOnline;
    const found = await reply(account, iq, inject).catch((error: unknown) => {
      faults.push(error);
      return `<error type='cancel'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    });
    if (!of || !isOnline || found === undefined) return;
    inject(
      `<iq type='${found.startsWith('<error') ? 'error' : 'result'}' id='${id}' from='${to ?? OWN}' to='${jid}'>${found}</iq>`,
    );
  }

  function inject(text: string): void {
    control.receive(parseElement(text, { xmlns: 'jabber:client' }));
  }

  const control = createSession({ jid, write });
  control.session.on('fault', ({ error }) => void faults.push(error));
  const im = createIm(control.session, { store, receipts: 'never', ...options.im });
  const device: Device = {
    session: control.session,
    im,
    store,
    sent,
    faults,
    inject: (text) => queueMicrotask(() => isOnline && inject(text)),
    online() {
      isOnline = true;
      connected.get(account)!.add(device);
      control.online(parseJid(jid));
    },
    offline() {
      isOnline = false;
      connected.get(account)!.delete(device);
      control.disconnected();
    },
    ack: () => waiting.splice(0).forEach((resolve) => resolve()),
  };
  if (online) device.online();
  return device;
}

/** Lets time go by, and everything happen that is to happen. Only with fake timers. */
export const settle = async (milliseconds = 0): Promise<void> => void (await vi.advanceTimersByTimeAsync(milliseconds));

const error = (condition: string): string =>
  `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

/** Answers a request; `undefined`: never. */
async function reply(account: Account, iq: Element, inject: (text: string) => void): Promise<string | undefined> {
  const payload = iq.children.find((child) => typeof child === 'object')!;
  const what = `${payload.name} ${payload.attrs['xmlns']}`;
  switch (what) {
    case 'query http://jabber.org/protocol/disco#info':
      return `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/>${account.features.map((feature) => `<feature var='${feature}'/>`).join('')}</query>`;
    case 'query jabber:iq:roster':
      return `<query xmlns='jabber:iq:roster'>${account.roster.map(({ jid, name, subscription }) => `<item jid='${jid}' subscription='${subscription}'${name === undefined ? '' : ` name='${name}'`}/>`).join('')}</query>`;
    case 'enable urn:xmpp:carbons:2':
      return '';
    case 'pubsub http://jabber.org/protocol/pubsub':
      return pubsub(account, payload);
    case 'query urn:xmpp:mam:2':
      return archivePage(account, payload, inject);
    default:
      return error('service-unavailable');
  }
}

/** A state of XEP-0490, as a device tells it. */
export function displayedEvent(conversation: string, id: string, from = OWN): string {
  return `<message from='${from}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:mds:displayed:0'>${displayedItem(conversation, id)}</items></event></message>`;
}

function displayedItem(conversation: string, id: string): string {
  return `<item id='${conversation}'><displayed xmlns='urn:xmpp:mds:displayed:0'><stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${OWN}'/></displayed></item>`;
}

async function pubsub(account: Account, payload: Element): Promise<string> {
  const publish = payload.getChild('publish');
  if (publish !== undefined) {
    await account.beforePublish();
    const item = publish.getChild('item')!;
    const id = item.getChild('displayed')!.getChild('stanza-id', 'urn:xmpp:sid:0')!.attrs['id'] as string;
    account.displayed.set(item.attrs['id'] as string, id);
    account.published.push(`${item.attrs['id'] as string} ${id}`);
    for (const device of connected.get(account)!) device.inject(displayedEvent(item.attrs['id'] as string, id));
    return '';
  }
  const node = payload.getChild('items')?.attrs['node'] as string | undefined;
  if (node !== 'urn:xmpp:mds:displayed:0') return error('item-not-found');
  const items = [...account.displayed].map(([conversation, id]) => displayedItem(conversation, id));
  return `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>${items.join('')}</items></pubsub>`;
}

async function archivePage(account: Account, query: Element, inject: (text: string) => void): Promise<string> {
  const field = (name: string): string | undefined =>
    query
      .getChild('x')
      ?.getChildren('field')
      .find(({ attrs }) => attrs['var'] === name)
      ?.getChildText('value') ?? undefined;
  const set = query.getChild('set');
  const asked: Asked = {
    with: field('with'),
    start: field('start'),
    end: field('end'),
    before: set?.getChild('before') === undefined ? undefined : set.getChildText('before')!,
    after: set?.getChildText('after') ?? undefined,
  };
  account.asked.push(asked);
  await account.beforePage(asked);
  if (account.refuses !== undefined) return error(account.refuses);
  const ids = field('ids');
  const all = account.archive.filter(
    ({ id, time, xml }) =>
      (asked.with === undefined || xml.includes(`'${asked.with}`) || xml.includes(`"${asked.with}`)) &&
      (asked.start === undefined || time >= Date.parse(asked.start)) &&
      (asked.end === undefined || time <= Date.parse(asked.end)) &&
      (ids === undefined || ids === id),
  );
  // An id is a place in the archive, also where its message is to be left out.
  const placeOf = (id: string): number => account.archive.findIndex((one) => one.id === id);
  const edge = asked.after ?? (asked.before === '' ? undefined : asked.before);
  if (edge !== undefined && placeOf(edge) < 0) return error('item-not-found');
  const inRange = all.filter(
    (one) =>
      (asked.after === undefined || placeOf(one.id) > placeOf(asked.after)) &&
      (asked.before === undefined || asked.before === '' || placeOf(one.id) < placeOf(asked.before)),
  );
  const size = Math.min(account.most, Number(set?.getChildText('max') ?? 50));
  const page = asked.before === undefined ? inRange.slice(0, size) : inRange.slice(-size);
  for (const { id, time, xml } of page) {
    const stamp = new Date(time).toISOString();
    inject(
      `<message from='${OWN}'><result xmlns='urn:xmpp:mam:2' id='${id}' queryid='${query.attrs['queryid'] as string}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>${xml.replace('<message', xml.includes('xmlns="jabber:client"') ? '<message' : `<message xmlns='jabber:client'`)}</forwarded></result></message>`,
    );
  }
  const edges = page.length === 0 ? '' : `<first>${page[0]!.id}</first><last>${page.at(-1)!.id}</last>`;
  return `<fin xmlns='urn:xmpp:mam:2' complete='${page.length === inRange.length}'><set xmlns='http://jabber.org/protocol/rsm'>${edges}<count>${all.length}</count></set></fin>`;
}
