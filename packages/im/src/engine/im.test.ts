import { disco } from '@xeps/xep-0030';
import { colorOf } from '@xeps/xep-0392';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { carbonOf, connect, createAccount, displayedEvent, settle, withStanzaId } from '../../test/account.ts';
import type { Account, Device, DeviceOptions } from '../../test/account.ts';
import { hers, inside, mine, OTHER, OWN, PEER, says, stanza, START } from '../../test/model.ts';
import { StoreError } from '../store/errors.ts';
import { memoryStore } from '../store/memory.ts';
import type { Store } from '../store/port.ts';
import { createIm } from './im.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

async function ready(
  options: DeviceOptions = {},
  account: Account = createAccount(),
): Promise<{ account: Account; device: Device }> {
  const device = connect(account, options);
  await settle();
  return { account, device };
}

const texts = async ({ im }: Device, peer = PEER): Promise<string[]> =>
  (await im.messages(peer, { limit: 1000 })).map(({ text }) => text);

const NICK = 'http://jabber.org/protocol/nick';
const nick = (from: string, name: string): string =>
  `<message from='${from}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='${NICK}'><item id='current'><nick xmlns='${NICK}'>${name}</nick></item></items></event></message>`;

describe('conversations', () => {
  it('the one with the newest message first, with what is unread', async () => {
    const { account, device } = await ready();
    account.receive(hers('1', says('a')));
    account.receive(stanza(OTHER, '2', says('b')));
    await settle();
    account.receive(hers('3', says('c')));
    await settle();
    expect((await device.im.conversations()).map(({ address, unread, last }) => [address, unread, last?.text])).toEqual(
      [
        [PEER, 2, 'c'],
        [OTHER, 1, 'b'],
      ],
    );
    expect(await device.im.unread()).toBe(3);
    await device.im.send(OTHER, 'd');
    expect((await device.im.conversations())[0]!.address).toBe(OTHER);
  });

  it('one that is not there is empty', async () => {
    const { device } = await ready();
    expect(await device.im.conversation('Nobody@Montague.lit')).toEqual({
      address: 'nobody@montague.lit',
      unread: 0,
      pinned: false,
      // The archive is empty.
      complete: true,
    });
    expect(await device.im.messages('nobody@montague.lit')).toEqual([]);
  });

  it('messages by position, before and after', async () => {
    const { account, device } = await ready();
    for (let at = 1; at <= 9; at++) account.receive(hers(`${at}`, says(`${at}`)));
    await settle();
    const fifth = (await device.im.messages(PEER))[4]!;
    const page = async (options: object): Promise<string> =>
      (await device.im.messages(PEER, options)).map(({ text }) => text).join('');
    expect(await page({ limit: 3 })).toBe('789');
    expect(await page({ before: fifth.position, limit: 2 })).toBe('34');
    expect(await page({ after: fifth.position, limit: 2 })).toBe('67');
  });

  it('finds what a message answers, by the id that is in it', async () => {
    const { account, device } = await ready();
    account.receive(hers('q', says('question')));
    account.receive(stanza(OTHER, 'q', says('another')));
    await settle();
    const [question] = await device.im.messages(PEER);
    const answer = await device.im.send(PEER, { text: 'answer', replyTo: question!.key });
    expect(answer.replyTo).toBe('q');
    expect((await device.im.find(PEER, answer.replyTo!))!.key).toBe(question!.key);
    expect(await device.im.find(PEER, 'nothing')).toBeUndefined();
    await settle();
    expect(device.sent[0]!.getChildText('body')).toBe('> question\nanswer');
    expect(device.sent[0]!.getChild('reply')!.attrs).toMatchObject({ id: 'q', to: PEER });
  });

  it('an answer is shown without the words that it quotes', async () => {
    const { account, device } = await ready();
    account.receive(
      hers(
        '1',
        says(
          '> question\nanswer',
          `<reply xmlns='urn:xmpp:reply:0' id='q' to='${OWN}'/>`,
          `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='11'/></fallback>`,
        ),
      ),
    );
    await settle();
    expect((await device.im.messages(PEER))[0]).toMatchObject({ text: 'answer', replyTo: 'q' });
  });
});

describe('search', () => {
  it('finds messages that have all words, the newest first', async () => {
    const { account, device } = await ready();
    account.receive(hers('1', says('Parting is such sweet sorrow')));
    account.receive(stanza(OTHER, '2', says('sweet sixteen')));
    account.receive(hers('3', says('Déjà vu, SWEET')));
    await settle();
    const found = async (text: string, options: object = {}): Promise<(string | undefined)[]> =>
      (await device.im.search(text, options)).map(({ id }) => id);
    expect(await found('sweet')).toEqual(['3', '2', '1']);
    expect(await found('sweet', { conversation: PEER })).toEqual(['3', '1']);
    expect(await found('sweet', { limit: 1 })).toEqual(['3']);
    const [third] = await device.im.search('sweet');
    expect(await found('sweet', { before: third!.position })).toEqual(['2', '1']);
    expect(await found('sweet sor')).toEqual(['1']);
    expect(await found('swee par')).toEqual([]);
    expect(await found('deja')).toEqual(['3']);
    expect(await found('')).toEqual([]);
    expect(await found('?!')).toEqual([]);
  });

  it('finds a message by what it says now', async () => {
    const { account, device } = await ready();
    account.receive(hers('1', says('before')));
    account.receive(hers('2', says('after', inside.replace('1'))));
    await settle();
    expect(await device.im.search('before')).toEqual([]);
    expect((await device.im.search('after')).map(({ text }) => text)).toEqual(['after']);
  });
});

describe('modernxmpp, “Names” and “Auto-generated colors”', () => {
  it.each<[string, boolean, boolean, string, string, string]>([
    ['everything is known', true, true, 'My Julie', 'My Julie', 'My Julie'],
    ['a nickname alone', false, true, 'Jules', 'Jules', 'Jules'],
    ['a name in the contact list alone', true, false, 'My Julie', 'My Julie', 'My Julie'],
    ['nothing', false, false, 'juliet', PEER, PEER],
  ])('%s', async (_what, inRoster, published, conversation, list, profile) => {
    const account = createAccount();
    account.roster = inRoster ? [{ jid: PEER, name: 'My Julie', subscription: 'both' }] : [];
    const { device } = await ready({}, account);
    if (published) device.inject(nick(PEER, 'Jules'));
    await settle();
    expect(device.im.displayName(PEER)).toBe(conversation);
    expect(device.im.displayName(`${PEER}/balcony`, 'conversation')).toBe(conversation);
    expect(device.im.displayName(PEER, 'contact-list')).toBe(list);
    expect(device.im.displayName(PEER, 'profile')).toBe(profile);
  });

  it('of a server, and of what is no address', async () => {
    const { device } = await ready();
    expect(device.im.displayName('capulet.lit')).toBe('capulet.lit');
    expect(device.im.displayName('@')).toBe('@');
  });

  it('a nickname stays known, until it is another one, or none', async () => {
    const store = memoryStore();
    const { device } = await ready({ store });
    device.inject(nick(PEER, ' Jules '));
    device.inject(nick(OTHER, 'x'.repeat(500)));
    await settle();
    await device.im.close();
    const { device: next } = await ready({ store });
    expect(next.im.displayName(PEER)).toBe('Jules');
    expect(next.im.displayName(OTHER)).toHaveLength(100);
    next.inject(nick(PEER, ' '));
    await settle();
    expect(next.im.displayName(PEER)).toBe('juliet');
  });

  it('nobody gives a name to somebody else', async () => {
    const { device } = await ready();
    device.inject(nick(`${PEER}/balcony`, 'Forged'));
    device.inject(nick(OTHER, 'Mallory'));
    await settle();
    expect(device.im.displayName(PEER)).toBe('juliet');
  });

  it('a colour is that of the bare address', async () => {
    const { device } = await ready();
    expect(device.im.colorOf('Juliet@Capulet.lit/balcony')).toBe(colorOf(PEER));
    expect(device.im.colorOf(PEER)).toMatch(/^#[0-9a-f]{6}$/);
    expect(device.im.colorOf(PEER)).not.toBe(device.im.colorOf(OTHER));
  });
});

describe('XEP-0184 receipts', () => {
  const request = `<request xmlns='urn:xmpp:receipts'/>`;
  const receiptsOf = ({ sent }: Device): string[] =>
    sent.flatMap((one) =>
      one.getChildren('received').map(({ attrs }) => `${one.attrs['to'] as string} ${attrs['id'] as string}`),
    );

  it.each<[string, DeviceOptions['im'], string, number]>([
    ['contacts who may see the presence', {}, 'from', 1],
    ['no others', {}, 'to', 0],
    ['nobody', { receipts: 'never' }, 'both', 0],
    ['whoever the app says', { receipts: () => true }, 'none', 1],
  ])('get %s, for what came and for what was missed', async (_who, im, subscription, count) => {
    const account = createAccount();
    account.roster = [{ jid: PEER, subscription }];
    const { device } = await ready({ im: { receipts: 'contacts', ...im } }, account);
    account.receive(hers('1', says('a', request)));
    await settle();
    expect(receiptsOf(device)).toEqual(count === 1 ? [`${PEER}/device 1`] : []);
    device.offline();
    account.keep(hers('2', says('b', request)));
    device.online();
    await settle();
    expect(receiptsOf(device)).toHaveLength(2 * count);
    await device.im.catchUp();
    expect(receiptsOf(device)).toHaveLength(2 * count);
  });

  it('none for what is older than a week, what asks for none, and what this account said', async () => {
    const { account, device } = await ready({ im: { receipts: () => true } });
    device.offline();
    account.keep(hers('1', says('a', request)), START - 8 * 86_400_000);
    account.keep(hers('2', says('b')));
    account.keep(mine('3', says('c', request)));
    device.online();
    await settle();
    expect([await texts(device), receiptsOf(device)]).toEqual([['a', 'b', 'c'], []]);
  });

  it('none before the message is in the store', async () => {
    const held = Promise.withResolvers<void>();
    const inner = memoryStore();
    let holds = false;
    const store: Store = {
      ...inner,
      write: async (work) => (holds ? held.promise.then(() => inner.write(work)) : inner.write(work)),
    };
    const { account, device } = await ready({ store, im: { receipts: () => true } });
    holds = true;
    account.receive(hers('1', says('a', request)));
    await settle(1_000);
    expect(receiptsOf(device)).toEqual([]);
    held.resolve();
    await settle();
    expect(receiptsOf(device)).toHaveLength(1);
  });

  it('none where it can’t be stored', async () => {
    const inner = memoryStore();
    let full = false;
    const store: Store = {
      ...inner,
      write: (work) => (full ? Promise.reject(new StoreError('full', 'there is no room')) : inner.write(work)),
    };
    const { account, device } = await ready({ store, im: { receipts: () => true } });
    full = true;
    account.receive(hers('1', says('a', request)));
    await settle();
    expect(receiptsOf(device)).toEqual([]);
    expect(device.faults.some((error) => error instanceof StoreError)).toBe(true);
    // The archive has it.
    full = false;
    await device.im.catchUp();
    expect(await texts(device)).toEqual(['a']);
  });
});

describe('XEP-0359 the id in the archive', () => {
  it('is believed of the own account, where it advertises that', async () => {
    const { account, device } = await ready();
    account.receive(hers('1', says('a')));
    device.inject(withStanzaId(hers('2', says('b')), 'forged', PEER));
    device.inject(withStanzaId(withStanzaId(hers('3', says('c')), 'y1'), 'y2'));
    await settle();
    expect((await device.im.messages(PEER)).map(({ archiveId }) => archiveId)).toEqual(['x1', undefined, undefined]);
  });

  it('and of nobody where it does not', async () => {
    const account = createAccount();
    account.features = ['urn:xmpp:mam:2', 'urn:xmpp:mam:2#extended'];
    const { device } = await ready({}, account);
    device.inject(withStanzaId(hers('1', says('a')), 'forged'));
    await settle();
    expect((await device.im.messages(PEER))[0]!.archiveId).toBeUndefined();
  });
});

describe('times', () => {
  it('of a message that waited on the server is when that got it; of others, now', async () => {
    const { device } = await ready();
    const delay = (from: string): string =>
      `<delay xmlns='urn:xmpp:delay' stamp='2029-12-31T00:00:00Z' from='${from}'/>`;
    device.inject(hers('1', says('a', delay('montague.lit'))));
    device.inject(hers('2', says('b', delay('evil.example'))));
    device.inject(hers('3', says('c')));
    await settle();
    expect((await device.im.messages(PEER)).map(({ time }) => time.toISOString())).toEqual([
      '2029-12-31T00:00:00.000Z',
      '2030-01-01T00:00:00.000Z',
      '2030-01-01T00:00:00.000Z',
    ]);
  });
});

describe('a fault in one stanza leaves the others', () => {
  const deep = `<reply xmlns='urn:xmpp:reply:0' id='1'/>${`<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>${Array.from({ length: 2000 }, (_, at) => `<body start='${at}' end='${at + 1}'/>`).join('')}</fallback>`}`;
  const bad: readonly (readonly [string, string])[] = [
    [
      'a broken payload',
      hers(
        'b',
        says('bad', `<reactions xmlns='urn:xmpp:reactions:0'/>`, `<replace xmlns='urn:xmpp:message-correct:0'/>`),
      ),
    ],
    ['very many parts to be left out', hers('b', says('bad'.repeat(1000), deep))],
    ['a long body', hers('b', says('word '.repeat(20_000)))],
    ['characters of two halves, at the end of what names it', hers(undefined, says(`${'x'.repeat(63)}😀 bad`))],
    ['an address that is none', `<message from='@@' type='chat' id='b'>${says('bad')}</message>`],
    ['an address of another address’s form', `<message from='a@b@c' type='chat' id='b'>${says('bad')}</message>`],
    ['an id that is very long', hers('b'.repeat(50_000), says('bad'))],
    ['a carbon in a carbon', carbonOf(carbonOf(mine('b', says('bad'))))],
    ['names of a prototype', hers('__proto__', says('bad', inside.replace('constructor'), inside.origin('toString')))],
    ['a correction of itself', hers('b', says('bad', inside.replace('b')))],
    ['a retraction of itself', hers('b', inside.retract('b'))],
    ['a marker of itself', hers('b', inside.displayed('b'))],
  ];

  it.each(bad)('live: %s', async (_what, xml) => {
    const { account, device } = await ready();
    account.receive(hers('1', says('before')));
    device.inject(xml);
    account.receive(hers('2', says('after')));
    await settle();
    const there = await texts(device);
    expect(there[0]).toBe('before');
    expect(there.at(-1)).toBe('after');
    expect(device.faults).toEqual([]);
  });

  it.each(bad)('in the archive: %s', async (_what, xml) => {
    const account = createAccount();
    const { device } = await ready({}, account);
    account.keep(hers('1', says('before')));
    account.keep(xml);
    account.keep(hers('2', says('after')));
    await device.im.catchUp();
    expect(device.im.sync.state).toBe('synced');
    const there = await texts(device);
    expect(there[0]).toBe('before');
    expect(there.at(-1)).toBe('after');
  });

  it('two corrections of each other', async () => {
    const { device } = await ready();
    device.inject(hers('1', says('a', inside.replace('2'))));
    device.inject(hers('2', says('b', inside.replace('1'))));
    device.inject(hers('3', says('c', inside.replace('2'))));
    device.inject(hers('4', says('after')));
    await settle();
    expect(await texts(device)).toEqual(['after']);
    expect(device.faults).toEqual([]);
  });

  it('a listener that throws', async () => {
    const { account, device } = await ready();
    const seen: string[] = [];
    device.im.on('change', () => {
      throw new Error('of the app');
    });
    device.im.on('change', ({ added }) => void seen.push(...added));
    account.receive(hers('1', says('a')));
    await settle();
    expect(seen).toHaveLength(1);
    expect(device.faults).toHaveLength(1);
  });

  it('whenever it comes, also just when the ones before were stored', async () => {
    for (let gap = 0; gap < 60; gap++) {
      const { device } = await ready({ im: { contactMessages: 0 } });
      device.inject(hers('1', says('a')));
      for (let turn = 0; turn < gap; turn++) await Promise.resolve();
      device.inject(hers('2', says('b')));
      await settle(10);
      expect([gap, await texts(device)]).toEqual([gap, ['a', 'b']]);
      await device.im.close();
    }
  });
});

describe('XEP-0085 who writes', () => {
  const state = (name: string): string => `<${name} xmlns='http://jabber.org/protocol/chatstates'/>`;

  it('is told of others, and not late, of rooms, or of this account', async () => {
    const { device } = await ready();
    const told: string[] = [];
    device.im.on('typing', (event) => void told.push(`${event.conversation} ${event.state}`));
    device.inject(hers('1', state('composing')));
    device.inject(
      hers('2', state('paused') + `<delay xmlns='urn:xmpp:delay' stamp='2029-12-31T00:00:00Z' from='montague.lit'/>`),
    );
    device.inject(stanza(PEER, '3', state('composing'), { type: 'groupchat' }));
    device.inject(hers('4', says('done', state('active'))));
    await settle();
    expect(told).toEqual([`${PEER} composing`, `${PEER} active`]);
  });

  it('is told to others, where they know it', async () => {
    const { device } = await ready();
    device.inject(hers('1', says('a', state('active'))));
    await settle();
    await device.im.typing(PEER);
    await settle();
    expect(device.sent.map((one) => one.getChild('composing') !== undefined)).toEqual([true]);
    // What is sent ends it, and the next key is told again.
    await device.im.send(PEER, 'done');
    await device.im.typing(PEER);
    await settle();
    expect(device.sent.filter((one) => one.getChild('composing') !== undefined)).toHaveLength(2);
    device.offline();
    await device.im.typing(PEER);
  });
});

it('what it does, it advertises', async () => {
  const { device } = await ready();
  expect(device.session.use(disco).info().features).toEqual(
    expect.arrayContaining([
      'http://jabber.org/protocol/chatstates',
      'urn:xmpp:chat-markers:0',
      'urn:xmpp:message-correct:0',
      'urn:xmpp:message-retract:1',
      'urn:xmpp:reactions:0',
      'urn:xmpp:receipts',
      'urn:xmpp:reply:0',
      'urn:xmpp:mds:displayed:0+notify',
      'http://jabber.org/protocol/nick+notify',
    ]),
  );
});

describe('close', () => {
  it('leaves no timer, and nothing that listens', async () => {
    const store = memoryStore();
    const { account, device } = await ready({ store, im: { receipts: () => true } });
    account.receive(hers('1', says('a')));
    device.inject(carbonOf(mine('2', says('b'))));
    account.receive(hers('3', says('c')));
    await settle();
    await device.im.typing(PEER);
    await device.im.markRead(PEER);
    await device.im.send(PEER, 'd');
    const told = vi.fn();
    device.im.on('change', told);
    device.im.on('notify', told);
    await settle();
    await device.im.close();
    await settle(2_000);
    told.mockClear();
    const before = await store.read((tx) => tx.revision());
    const sent = device.sent.length;
    account.receive(hers('4', says('late', `<request xmlns='urn:xmpp:receipts'/>`)));
    device.inject(carbonOf(mine('5', says('late'))));
    device.inject(displayedEvent(PEER, 'late'));
    device.inject(nick(PEER, 'Late'));
    await settle(120_000);
    expect(await store.read((tx) => tx.getMeta('nicks'))).toBeUndefined();
    expect(await store.read((tx) => tx.revision())).toBe(before);
    expect(told).not.toHaveBeenCalled();
    expect(device.sent).toHaveLength(sent);
    expect(vi.getTimerCount()).toBe(0);
    expect(device.faults).toEqual([]);
  });

  it('at whatever moment', async () => {
    for (let gap = 0; gap < 80; gap++) {
      const { account, device } = await ready({ im: { receipts: () => true, contactMessages: 0 } });
      const told: unknown[] = [];
      device.im.on('notify', (event) => void told.push(event));
      device.im.on('change', (event) => void told.push(event));
      account.receive(hers('1', says('a')));
      await device.im.send(PEER, 'b');
      for (let turn = 0; turn < gap; turn++) await Promise.resolve();
      const closing = device.im.close();
      const before = told.length;
      await closing;
      await settle(1_000);
      expect([gap, told.length, vi.getTimerCount(), device.faults]).toEqual([gap, before, 0, []]);
    }
  });

  it('also while the archive is being read, without waiting for it', async () => {
    const account = createAccount();
    account.keep(hers('1', says('a')));
    account.beforePage = () => new Promise<void>(() => undefined);
    const { device } = await ready({}, account);
    expect(device.im.sync.state).toBe('syncing');
    await device.im.close();
    // That it no longer asks for nicknames is told (XEP-0115).
    await settle(1_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(device.faults).toEqual([]);
  });

  it('also while what was sent waits for the archive', async () => {
    const account = createAccount();
    const store = memoryStore();
    const { device: first } = await ready({ store, acks: false }, account);
    await first.im.send(PEER, 'a');
    await settle();
    first.offline();
    account.beforePage = () => new Promise<void>(() => undefined);
    const { device } = await ready({ store }, account);
    let closed = false;
    void device.im.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(true);
  });

  it('and the store may be closed after it', async () => {
    const store = memoryStore();
    const { account, device } = await ready({ store });
    account.receive(hers('1', says('a')));
    await device.im.close();
    await store.close();
    device.inject(hers('2', says('b')));
    account.displayed.set(PEER, 'x1');
    device.offline();
    device.online();
    await settle(120_000);
    expect(device.faults).toEqual([]);
  });

  it('another engine may follow on the same session and store', async () => {
    const store = memoryStore();
    const { account, device } = await ready({ store });
    await device.im.close();
    const next = createIm(device.session, { store, receipts: 'never' });
    const told: number[] = [];
    next.on('notify', ({ messages }) => void told.push(messages.length));
    await settle();
    account.receive(hers('1', says('a')));
    await settle();
    expect(told).toEqual([1]);
    await next.send(PEER, 'b');
    await settle();
    expect(device.sent).toHaveLength(1);
    await next.close();
  });
});
