import { setDefaultCACertificates } from 'node:tls';
import { Element, newId } from '@xeps/core';
import type { Session } from '@xeps/core';
import { receiptRequest, receipts, waitForReceipt } from '@xeps/xep-0184';
import { chatState } from '@xeps/xep-0085';
import { getArchivePreferences } from '@xeps/xep-0441';
import { getEntityTime } from '@xeps/xep-0202';
import { uploadFile } from '@xeps/xep-0363';
import { requestSubscription, roster, sendMessage, sendPresence, setRosterItem, subscriptions } from '@xeps/rfc-6121';
import { account, describeLive, liveServers } from '@xeps/servers/live';
import type { Account, ServerInfo, Transport } from '@xeps/servers/live';
import { caps } from '@xeps/xep-0115';
import { disco, getDiscoInfo, hasFeature } from '@xeps/xep-0030';
import { getSoftwareVersion } from '@xeps/xep-0092';
import { ping, sendPing } from '@xeps/xep-0199';
import { carbons } from '@xeps/xep-0280';
import { NS_MAM, queryArchive } from '@xeps/xep-0313';
import { withOriginId } from '@xeps/xep-0359';
import { client } from '@xmpp/client';
import { component } from '@xmpp/component';
import { afterEach, describe, expect, test } from 'vitest';
import { xmppjs } from '../src/index.ts';

type Entity = ReturnType<typeof client>;
const entities: Entity[] = [];
afterEach(async () => {
  await Promise.all(entities.splice(0).map((entity) => entity.stop()));
});

async function signIn(server: ServerInfo, transport: Transport, who: Account): Promise<Session> {
  // xmpp.js takes its authorities from the process, and compares the certificate with the host that it connects to.
  setDefaultCACertificates([server.caPem]);
  const service = transport === 'tcp' ? `xmpp://localhost:${server.ports.c2s}` : server.ws;
  const entity = client({ service, domain: server.domain, username: who.user, password: who.password });
  entities.push(entity);
  entity.on('error', () => undefined);
  const session = xmppjs(entity);
  session.use(ping);
  await entity.start();
  return session;
}

const soon = <T>(listen: (resolve: (value: T) => void) => unknown): Promise<T> =>
  new Promise((resolve) => void listen(resolve));

describeLive('the packages on a bare @xmpp/client', (server, transport) => {
  test('discovery, ping and version', async () => {
    const session = await signIn(server, transport, await account(server));
    expect(hasFeature(await getDiscoInfo(session, { to: session.jid.bare() }), NS_MAM)).toBe(true);
    expect(await sendPing(session)).toBeGreaterThan(0);
    expect((await getSoftwareVersion(session, { to: server.domain })).name.toLowerCase()).toContain(server.kind);
  });

  test('answers what it handles; capabilities tell the others', async () => {
    const owner = await account(server);
    const one = await signIn(server, transport, owner);
    const two = await signIn(server, transport, owner);
    const seen = two.use(caps);
    one.use(caps);
    await two.send(new Element('presence'));
    const presence = new Promise<void>((resolve) =>
      two.on('presence', (stanza) => void (stanza.attrs['from'] === String(one.jid) && resolve())),
    );
    await one.send(new Element('presence'));
    await presence;
    expect((await seen.of(one.jid))?.features).toEqual(one.use(disco).info().features);
    expect(await sendPing(two, { to: one.jid })).toBeGreaterThan(0);
  });

  test('carbons, and the archive afterwards', async () => {
    const romeo = await account(server, 'romeo');
    const juliet = await account(server, 'juliet');
    const phone = await signIn(server, transport, romeo);
    const desk = await signIn(server, transport, romeo);
    const other = await signIn(server, transport, juliet);
    const copies = desk.use(carbons);
    await copies.enable();
    for (const session of [phone, desk, other]) {
      await session.send(new Element('presence'));
      // What comes before the server knows of it waits offline, and Bind 2 has that thrown away.
      await sendPing(session);
    }

    const copy = new Promise<Element>((resolve) => copies.on('sent', ({ stanza }) => resolve(stanza)));
    const arrived = new Promise<Element>((resolve) =>
      other.on('message', (stanza) => stanza.getChild('body') && resolve(stanza)),
    );
    const message = new Element('message', { to: juliet.jid, type: 'chat' });
    withOriginId(message);
    message.c('body').t('O, speak again, bright angel! ✨');
    await phone.send(message);
    expect((await arrived).getChildText('body')).toBe('O, speak again, bright angel! ✨');
    expect((await copy).getChildText('body')).toBe('O, speak again, bright angel! ✨');

    const bodies: (string | null)[] = [];
    for await (const { stanza } of queryArchive(other, { with: romeo.jid }))
      bodies.push(stanza?.getChildText('body') ?? null);
    expect(bodies).toEqual(['O, speak again, bright angel! ✨']);
  });

  test('presence, subscription and the roster, with its pushes', async () => {
    const [romeo, juliet] = [await account(server, 'romeo'), await account(server, 'juliet')];
    const [his, hers] = [await signIn(server, transport, romeo), await signIn(server, transport, juliet)];
    const contacts = his.use(roster);
    const requests = hers.use(subscriptions);
    await contacts.loaded();
    await sendPresence(his);
    const asked = soon<void>((resolve) => requests.on('request', () => resolve()));
    await sendPresence(hers);
    await setRosterItem(his, { jid: juliet.jid, name: 'Juliet', groups: ['Verona'] });
    await requestSubscription(his, juliet.jid);
    await asked;
    const seen = soon<string>((resolve) =>
      his.on('presence', ({ attrs }) => void (attrs['from'] === String(hers.jid) && resolve(String(attrs['from'])))),
    );
    await requests.approve(romeo.jid);
    expect(await seen).toBe(String(hers.jid));
    expect(contacts.get(juliet.jid)).toMatchObject({ name: 'Juliet', groups: ['Verona'], subscription: 'to' });
  });

  test('receipts and chat states', async () => {
    const [romeo, juliet] = [await account(server, 'romeo'), await account(server, 'juliet')];
    const [his, hers] = [await signIn(server, transport, romeo), await signIn(server, transport, juliet)];
    hers.use(receipts).setPolicy(() => true);
    his.use(receipts);
    await sendPresence(his);
    await sendPresence(hers);
    const state = soon<string>((resolve) => hers.on('message', chatState, resolve));
    const id = newId();
    const received = waitForReceipt(his, id, juliet.jid);
    await sendMessage(his, {
      id,
      to: hers.jid,
      body: 'Good night!',
      payloads: [receiptRequest.encode({}), chatState.encode('active')],
    });
    expect(String(await received)).toBe(String(hers.jid));
    expect(await state).toBe('active');
  });

  test('time, archive preferences and upload', async () => {
    const session = await signIn(server, transport, await account(server));
    expect(Math.abs((await getEntityTime(session, { to: server.domain })).utc.getTime() - Date.now())).toBeLessThan(
      5000,
    );
    expect((await getArchivePreferences(session)).default).toBe('always');
    const { url } = await uploadFile(session, { body: new TextEncoder().encode('fair Verona'), name: 'verona.txt' });
    expect(await (await fetch(url)).text()).toBe('fair Verona');
  });
});

describe.each(liveServers().map((server) => [server.kind, server] as const))(
  'the packages on a bare @xmpp/component [%s]',
  (_, server) => {
    test('a service answers an account of the server, in its own name', async () => {
      const service = `xmpp://${server.host}:${server.ports.component}`;
      const entity = component({ service, domain: server.services.component, password: server.componentSecret });
      entity.on('error', () => undefined);
      const bot = xmppjs(entity);
      bot.use(ping);
      bot.use(disco).addIdentity({ category: 'client', type: 'bot', name: 'Echo' });
      bot.on('message', (stanza) => {
        const { from, to } = stanza.attrs as Record<string, string>;
        void bot.send(
          new Element('message', { to: from, from: to })
            .c('body')
            .t(`you said ${stanza.getChildText('body')}`)
            .up(),
        );
      });
      await entity.start();
      try {
        const session = await signIn(server, 'tcp', await account(server));
        await session.send(new Element('presence'));
        expect(await sendPing(session, { to: bot.jid })).toBeGreaterThan(0);
        expect((await getDiscoInfo(session, { to: bot.jid })).identities).toMatchObject([
          { category: 'client', type: 'bot', name: 'Echo' },
        ]);
        const answer = soon<Element>((resolve) => session.on('message', resolve));
        await session.send(new Element('message', { to: `anybody@${String(bot.jid)}` }).c('body').t('hello').up());
        expect((await answer).getChildText('body')).toBe('you said hello');
        expect((await answer).attrs['from']).toBe(`anybody@${String(bot.jid)}`);
      } finally {
        await entity.stop();
      }
    });
  },
);
