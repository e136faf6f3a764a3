/** XEP-0114 on the embedded server: external components, proper ones by our own package, others as text. */
import { createComponent, handshakeDigest } from '@xeps/component';
import type { Component } from '@xeps/component';
import { Element } from '@xeps/core';
import { getDiscoItems } from '@xeps/xep-0030';
import { pingQuery } from '@xeps/xep-0199';
import { versionQuery } from '@xeps/xep-0092';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { Server, ServerOptions } from '../src/index.ts';
import { connect, startServer } from './harness.ts';
import { rawTcp } from './raw.ts';
import type { Raw } from './raw.ts';

const start = (options: ServerOptions = {}): Promise<Server> =>
  startServer({
    accounts: ['juliet', 'romeo'],
    componentSecret: 'verona',
    listen: { tcp: false, tls: false, http: false, https: false },
    ...options,
  });

/** A component that ends with the test. */
function componentOf(server: Server, { domain = 'bot.localhost', secret = 'verona' } = {}): Component {
  const { component: port } = server.ports;
  const component = createComponent({ domain, secret, host: '127.0.0.1', port, reconnect: false });
  onTestFinished(() => component.stop());
  return component;
}
async function online(server: Server, domain?: string): Promise<Component> {
  const component = componentOf(server, { domain });
  await component.start();
  return component;
}

const headerFor = (attributes: string, xmlns = 'jabber:component:accept'): string =>
  `<stream:stream xmlns='${xmlns}' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;

/** A stranger at the component port. */
const knock = (server: Server): Raw => rawTcp({ ports: { tcp: server.ports.component! } });
async function handshake(raw: Raw, secret = 'verona', domain = 'bot.localhost'): Promise<string> {
  raw.send(headerFor(`to='${domain}'`));
  const id = / id="([^"]+)"| id='([^']+)'/.exec(await raw.until(/<stream:stream [^>]*>/))!;
  return `<handshake>${await handshakeDigest(id[1] ?? id[2]!, secret)}</handshake>`;
}
async function rawOnline(server: Server): Promise<Raw> {
  const raw = knock(server);
  raw.send(await handshake(raw));
  await raw.until(/<handshake[^>]*\/>/);
  return raw;
}
const conditionOf = (text: string): string | undefined =>
  /<([a-z-]+) xmlns=["']urn:ietf:params:xml:ns:xmpp-streams["']/.exec(text)?.[1];

describe('§3 the way in', () => {
  test.each([
    ['the server itself', headerFor(`to='localhost'`), 'host-unknown'],
    ['nobody', headerFor(''), 'host-unknown'],
    ['no domain', headerFor(`to='bot@bot.localhost'`), 'host-unknown'],
    ['no address', headerFor(`to='@'`), 'host-unknown'],
    ['another namespace', headerFor(`to='bot.localhost'`, 'jabber:client'), 'invalid-namespace'],
    ['the other direction', headerFor(`to='bot.localhost'`, 'jabber:component:connect'), 'invalid-namespace'],
    ['a stanza before the handshake', `${headerFor(`to='bot.localhost'`)}<message/>`, 'not-authorized'],
    ['an empty handshake', `${headerFor(`to='bot.localhost'`)}<handshake/>`, 'not-authorized'],
    ['no XML', 'hello', 'not-well-formed'],
    ['too much', `${headerFor(`to='bot.localhost'`)}<handshake>${'x'.repeat(600_000)}`, 'policy-violation'],
  ])('%s', async (_, sent, condition) => {
    const server = await start();
    const raw = knock(server);
    raw.send(sent);
    const said = await raw.closed();
    expect(said).toMatch(/^(<\?xml[^>]*>)?<stream:stream .*<\/stream:stream>$/s);
    expect(conditionOf(said)).toBe(condition);
    expect(server.host.service('bot.localhost')).toBeUndefined();
  });

  test('a wrong secret', async () => {
    const server = await start();
    await expect(componentOf(server, { secret: 'padua' }).start()).rejects.toMatchObject({
      name: 'StreamError',
      condition: 'not-authorized',
    });
    await online(server);
  });

  test('the digest of another stream', async () => {
    const server = await start();
    const [first, second] = [knock(server), knock(server)];
    const proof = await handshake(first);
    await handshake(second);
    second.send(proof);
    expect(conditionOf(await second.closed())).toBe('not-authorized');
    first.send(proof);
    await first.until(/<handshake[^>]*\/>/);
  });

  test('a stanza before the handshake is answered', async () => {
    const raw = knock(await start());
    raw.send(`${await handshake(raw)}<message from='bot.localhost' to='juliet@localhost'/>`);
    expect(conditionOf(await raw.closed())).toBe('not-authorized');
  });

  test.each(['bot.localhost', 'BOT.localhost', 'conference.localhost', 'upload.localhost'])(
    'a name that is taken: %s',
    async (domain) => {
      const server = await start();
      const bot = await online(server);
      await expect(componentOf(server, { domain }).start()).rejects.toMatchObject({ condition: 'conflict' });
      // Who was there first still is.
      const juliet = await connect(server, 'juliet');
      const got = new Promise<Element>((resolve) => bot.on('message', resolve));
      await juliet.send(new Element('message', { to: 'bot.localhost' }).c('body').t('hi').up());
      expect((await got).getChildText('body')).toBe('hi');
    },
  );

  test('a name is free again when its component has gone, even before the handshake was answered', async () => {
    const server = await start();
    const early = knock(server);
    early.send(`${await handshake(early)}</stream:stream>`);
    await early.closed();
    const bot = await online(server);
    await bot.stop();
    await expect.poll(() => server.host.service('bot.localhost')).toBeUndefined();
    await online(server);
  });
});

describe('stanzas', () => {
  test('messages both ways, for every address of the domain', async () => {
    const server = await start();
    const [bot, juliet] = [await online(server), await connect(server, 'juliet')];
    bot.on('message', (message) => {
      const { from, to } = message.attrs as Record<string, string>;
      expect(message.getNS()).toBe('jabber:client');
      void bot.send(new Element('message', { to: from, from: to }).c('body').t(message.getChildText('body')!).up());
    });
    const answers: string[] = [];
    juliet.on('message', (answer) => void answers.push(`${answer.getChildText('body')} from ${answer.attrs['from']}`));
    for (const address of ['bot.localhost', 'a@bot.localhost', 'bot.localhost/b', 'a@bot.localhost/b'])
      await juliet.send(new Element('message', { to: address, type: 'chat' }).c('body').t(`to ${address}`).up());
    await expect
      .poll(() => answers)
      .toEqual([
        'to bot.localhost from bot.localhost',
        'to a@bot.localhost from a@bot.localhost',
        'to bot.localhost/b from bot.localhost/b',
        'to a@bot.localhost/b from a@bot.localhost/b',
      ]);
  });

  test('the stanza is in the namespace of the stream', async () => {
    const server = await start();
    const raw = await rawOnline(server);
    const juliet = await connect(server, 'juliet');
    const message = new Element('message', { to: 'bot.localhost' });
    message.c('body').t('hi');
    message.c('forwarded', { xmlns: 'urn:xmpp:forward:0' }).c('message', { xmlns: 'jabber:client' });
    await juliet.send(message);
    const text = await raw.until(/<\/forwarded>.*<\/message>/);
    expect(text).toMatch(/^<message [^>]*><body>hi<\/body>/);
    expect(/^<message [^>]*>/.exec(text)![0]).not.toContain('xmlns');
    expect(text).toContain('<message xmlns="jabber:client"/></forwarded>');
  });

  test('requests both ways', async () => {
    const server = await start();
    const [bot, juliet] = [await online(server), await connect(server, 'juliet')];
    bot.handle(pingQuery, () => undefined);
    await juliet.request(pingQuery, {}, { to: 'bot.localhost' });
    juliet.handle(pingQuery, () => undefined);
    await bot.request(pingQuery, {}, { to: juliet.jid });
    expect(await bot.request(versionQuery, {}, { to: 'localhost' })).toMatchObject({ name: 'xeps' });
    await expect(juliet.request(versionQuery, {}, { to: 'bot.localhost' })).rejects.toMatchObject({
      condition: 'service-unavailable',
    });
  });

  test('what an account tells nobody else, it tells no component', async () => {
    const server = await start();
    const bot = await online(server);
    for (const to of ['juliet@localhost', 'nobody@localhost', 'juliet@localhost/balcony'])
      await expect(bot.request(pingQuery, {}, { to })).rejects.toMatchObject({ condition: 'service-unavailable' });
  });

  test('RFC 6121 §3 an account subscribes to a component, and sees that it is there', async () => {
    const server = await start();
    const [bot, juliet] = [await online(server), await connect(server, 'juliet')];
    const seen: string[] = [];
    const got: string[] = [];
    const line = ({ attrs: { type, from } }: Element): string => `${String(type ?? 'available')} ${String(from)}`;
    juliet.on('presence', (presence) => void seen.push(line(presence)));
    bot.on('presence', (presence) => {
      got.push(line(presence));
      const { from, to, type } = presence.attrs as Record<string, string>;
      if (type !== 'subscribe') return;
      for (const answer of [{ type: 'subscribed' }, {}])
        void bot.send(new Element('presence', { from: to, to: from, ...answer }));
    });
    await juliet.send(new Element('presence'));
    await juliet.send(new Element('presence', { to: 'a@bot.localhost', type: 'subscribe' }));
    await expect.poll(() => seen).toContain('available a@bot.localhost');
    expect(seen).toContain('subscribed a@bot.localhost');
    expect(got).toEqual(['subscribe juliet@localhost']);

    // It asks in return, is let in, and sees the account come and go.
    await bot.send(new Element('presence', { from: 'a@bot.localhost', to: 'juliet@localhost', type: 'subscribe' }));
    await expect.poll(() => seen).toContain('subscribe a@bot.localhost');
    await juliet.send(new Element('presence', { to: 'a@bot.localhost', type: 'subscribed' }));
    await expect.poll(() => got).toContain(`available ${String(juliet.jid)}`);
    await juliet.send(new Element('presence', { type: 'unavailable' }));
    await expect.poll(() => got).toContain(`unavailable ${String(juliet.jid)}`);
  });

  test.each([
    ['in the name of an account', `from='romeo@localhost' to='juliet@localhost'`, 'invalid-from'],
    ['in the name of the server', `from='localhost' to='juliet@localhost'`, 'invalid-from'],
    ['in the name of a service', `from='conference.localhost' to='juliet@localhost'`, 'invalid-from'],
    ['in the name of a domain beneath', `from='a.bot.localhost' to='juliet@localhost'`, 'invalid-from'],
    ['in the name of no address', `from='@' to='juliet@localhost'`, 'invalid-from'],
    ['in nobody’s name', `to='juliet@localhost'`, 'improper-addressing'],
    ['to nobody', `from='bot.localhost'`, 'improper-addressing'],
    ['to no address', `from='bot.localhost' to='@'`, 'improper-addressing'],
  ])('§3 %s the stream ends', async (_, attributes, condition) => {
    const server = await start();
    const juliet = await connect(server, 'juliet');
    const got: string[] = [];
    juliet.on('message', (message) => void got.push(message.getChildText('body') ?? ''));
    await juliet.send(new Element('presence'));
    for (const kind of ['message', 'presence', 'iq']) {
      const raw = await rawOnline(server);
      raw.send(`<${kind} type='${kind === 'iq' ? 'get' : ''}' id='1' ${attributes}><body>forged</body></${kind}>`);
      expect(conditionOf(await raw.closed())).toBe(condition);
    }
    const romeo = await connect(server, 'romeo');
    await romeo.send(new Element('message', { to: 'juliet@localhost', type: 'chat' }).c('body').t('true').up());
    await expect.poll(() => got).toEqual(['true']);
  });

  test.each([
    ['what nobody knows', `<log xmlns='jabber:component:accept'/>`, 'unsupported-stanza-type'],
    ['another handshake', `<handshake>x</handshake>`, 'unsupported-stanza-type'],
    ['a stanza of another namespace', `<message xmlns='jabber:client'/>`, 'invalid-namespace'],
    ['a comment', `<!-- hi -->`, 'restricted-xml'],
    ['one that does not end', `<message><body>${'x'.repeat(600_000)}`, 'policy-violation'],
  ])('RFC 6120 §4.9 %s ends the stream', async (_, sent, condition) => {
    const raw = await rawOnline(await start());
    raw.send(sent);
    expect(conditionOf(await raw.closed())).toBe(condition);
  });

  test.each([
    ['without id', `type='get'`],
    ['without type', `id='1'`],
    ['of no type', `id='1' type='ask'`],
  ])('RFC 6120 §8.2.3 a request %s is refused, and reaches nobody', async (_, attributes) => {
    const server = await start();
    const juliet = await connect(server, 'juliet');
    const seen: string[] = [];
    server.observe(({ direction, element }) => direction === 'out' && seen.push(element.name));
    const raw = await rawOnline(server);
    raw.send(`<iq ${attributes} from='bot.localhost' to='${String(juliet.jid)}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(await raw.until(/<\/iq>/)).toContain('<bad-request ');
    expect(seen).toEqual([]);
  });

  test('to nobody: the sender is told', async () => {
    const bot = await online(await start());
    const got = new Promise<Element>((resolve) => bot.on('message', resolve));
    await bot.send(new Element('message', { to: 'nobody@localhost' }).c('body').t('hi').up());
    expect((await got).attrs['type']).toBe('error');
  });
});

test('disco shows it while it is there', async () => {
  const server = await start();
  const juliet = await connect(server, 'juliet');
  const items = async (): Promise<string[]> =>
    (await getDiscoItems(juliet, { to: 'localhost' })).items.map(({ jid }) => String(jid));
  expect(await items()).not.toContain('bot.localhost');
  for (let round = 0; round < 2; round++) {
    const bot = await online(server);
    expect((await items()).filter((jid) => jid === 'bot.localhost')).toHaveLength(1);
    await bot.stop();
    await expect.poll(items).not.toContain('bot.localhost');
  }
  await expect(juliet.request(pingQuery, {}, { to: 'bot.localhost' })).rejects.toMatchObject({
    condition: 'remote-server-not-found',
  });
});

test('a server that ends tells its components', async () => {
  const server = await start();
  const raw = await rawOnline(server);
  const silent = knock(server);
  silent.send(headerFor(`to='other.localhost'`));
  await silent.until(/<stream:stream [^>]*>/);
  await server.stop();
  expect(conditionOf(await raw.closed())).toBe('system-shutdown');
  expect(conditionOf(await silent.closed())).toBe('system-shutdown');
});
