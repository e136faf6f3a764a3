import type { Client } from '@xeps/client';
import { ConnectionError } from '@xeps/client';
import { DisconnectedError, Element, TimeoutError, XmppError } from '@xeps/core';
import { NegotiationError, SaslError, StreamError } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { createClientOn } from '../src/client.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { harness, message, next, until } from './harness.ts';
import { acceptClient, header, scriptedServer } from './scripted-server.ts';

const given = harness();

describe('start and stop', () => {
  test('signs in, sends, receives, and closes in order', async () => {
    const session = given.client();
    const received = new Promise<Element>((resolve) => session.on('message', resolve));
    const started = session.start();
    const peer = await acceptClient(given.server);
    expect(String(await started)).toBe('juliet@localhost/balcony');
    expect(session.status).toBe('online');
    peer.say("<message from='romeo@localhost' id='hi'/>");
    expect((await received).attrs['id']).toBe('hi');
    const { acked } = await session.send(message('1'));
    await acked;
    await peer.heard(/<message id="1" to="romeo@localhost"\/>/);
    const stopped = session.stop();
    await peer.heard(/<\/stream:stream>/);
    peer.say('</stream:stream>');
    await stopped;
    await peer.closed;
    expect(session.status).toBe('ended');
    expect(session.signal.aborted).toBe(true);
    await expect(session.start()).rejects.toBeInstanceOf(DisconnectedError);
    await expect(session.send(message('2'))).rejects.toBeInstanceOf(DisconnectedError);
    await session.stop();
  });

  test('a server that never answers the close does not keep anybody', async () => {
    const session = given.client({ closeTimeout: 100 });
    const started = session.start();
    await acceptClient(given.server);
    await started;
    await session[Symbol.asyncDispose]();
    expect(session.status).toBe('ended');
  });

  test('nobody listens: ConnectionError, and start can be called again', async () => {
    const { port } = given.server;
    await given.server.close();
    const session = given.client();
    await expect(session.start()).rejects.toMatchObject({ name: 'ConnectionError', reason: 'refused' });
    expect(session.connection.status).toBe('idle');
    const error: unknown = await session.start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toContain(`127.0.0.1:${port}`);
    given.server = await scriptedServer();
  });

  test('a wrong password: SaslError, and no second attempt', async () => {
    const session = given.client();
    const started = session.start({ retry: true });
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(
      `${header()}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
    );
    await peer.heard(/<auth /);
    peer.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
    await expect(started).rejects.toBeInstanceOf(SaslError);
    expect(given.server.count).toBe(1);
  });

  test('a server that says nothing: TimeoutError', async () => {
    const session = given.client({ timeout: 100 });
    await expect(session.start()).rejects.toBeInstanceOf(TimeoutError);
    expect((await given.server.accept()).rest()).toContain('<stream:stream ');
  });

  test('row 8: no TLS and no leave to go without it: no password is sent', async () => {
    const session = given.client({ allowInsecure: false });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(
      `${header()}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>`,
    );
    await expect(started).rejects.toBeInstanceOf(NegotiationError);
    await peer.closed;
    expect(peer.rest()).not.toContain('<auth');
  });

  test('the signal stops it, before and after it is online', async () => {
    const early = new AbortController();
    const first = given.client();
    const started = first.start({ signal: early.signal });
    await given.server.accept();
    early.abort(new Error('no patience'));
    await expect(started).rejects.toThrow('no patience');
    await until(first, 'ended');

    const late = new AbortController();
    const second = given.client();
    const online = second.start({ signal: late.signal });
    const peer = await acceptClient(given.server);
    await online;
    late.abort();
    await peer.heard(/<\/stream:stream>/);
    await until(second, 'ended');
  });

  test('the endpoints are tried in order, and all failures are told', async () => {
    const dead = await scriptedServer();
    await dead.close();
    const endpoints = [
      { kind: 'tcp', host: '127.0.0.1', port: dead.port, directTls: false },
      { kind: 'tcp', host: '127.0.0.1', port: given.server.port, directTls: false },
    ] as const;
    const make = (found: readonly (typeof endpoints)[number][]): Client => {
      const made = createClientOn(
        {
          ...nodePlatform,
          async *discover() {
            for (const endpoint of found) yield [endpoint];
          },
        },
        { jid: 'juliet@localhost', password: 'secret', allowInsecure: true },
      );
      return given.keep(made);
    };
    const session = make(endpoints);
    const started = session.start();
    await acceptClient(given.server);
    await started;
    await expect(make([endpoints[0], endpoints[0]]).start()).rejects.toMatchObject({
      name: 'ConnectionError',
      reason: 'refused',
      message: expect.stringMatching(new RegExp(`localhost.*${dead.port}.*; .*${dead.port}`)) as string,
    });
    await expect(make([]).start()).rejects.toThrow(/no address/);
  });
});

describe('row 16: while there is no connection', () => {
  test('what is sent waits, and goes out in order, before what listeners for online send', async () => {
    const session = given.client({ streamManagement: false });
    session.on('online', () => void session.send(new Element('presence')));
    const before = [session.send(message('1')), session.send(message('2'))];
    const started = session.start();
    const first = await acceptClient(given.server);
    await started;
    await Promise.all(before);
    await first.heard(/^<message id="1" to="romeo@localhost"\/><message id="2" to="romeo@localhost"\/><presence\/>/);
    const lost = next(session, 'disconnected');
    first.cut();
    await lost;
    expect(session.status).toBe('offline');
    const waiting = [session.send(message('3')), session.send(message('4'))];
    const second = await acceptClient(given.server);
    await Promise.all(waiting);
    await second.heard(/^<message id="3" to="romeo@localhost"\/><message id="4" to="romeo@localhost"\/><presence\/>/);
  });

  test('the queue is bounded, and stopping fails what waits with a typed error', async () => {
    const session = given.client({ queue: { stanzas: 2 } });
    const waiting = [session.send(message('1')), session.send(message('2'))];
    await expect(session.send(message('3'))).rejects.toMatchObject({ name: 'XmppError', code: 'ERR_XMPP_QUEUE_FULL' });
    await session.stop();
    const results = await Promise.allSettled(waiting);
    for (const result of results) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(DisconnectedError);
    const small = given.client({ queue: { size: 50 } });
    const fits = small.send(message('1'));
    fits.catch(() => {});
    await expect(small.send(message('2'))).rejects.toBeInstanceOf(XmppError);
  });

  test('a signal takes back what still waits', async () => {
    const session = given.client();
    const controller = new AbortController();
    const taken = session.send(message('1'), { signal: controller.signal });
    const kept = session.send(message('2'));
    controller.abort(new Error('never mind'));
    await expect(taken).rejects.toThrow('never mind');
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    await kept;
    await peer.heard(/^<message id="2"/);
  });

  test('row 12: XEP-0478 what the server would not take is refused before it is sent, queued or not', async () => {
    const session = given.client();
    const big = (): Element => message('big').c('body').t('x'.repeat(1_000)).up();
    const queued = session.send(big());
    queued.catch(() => {});
    const fits = session.send(message('1'));
    const started = session.start();
    const peer = await acceptClient(given.server, {
      features: "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>1000</max-bytes></limits>",
    });
    await started;
    await expect(queued).rejects.toMatchObject({ code: 'ERR_XMPP_TOO_BIG' });
    await expect(session.send(big())).rejects.toMatchObject({ code: 'ERR_XMPP_TOO_BIG' });
    await fits;
    await peer.heard(/^<message id="1" [^>]*\/>$/);
  });

  test('row 15: what XML can’t carry is refused at once, with its path, connected or not', async () => {
    const session = given.client();
    const broken = new Element('message').c('body').t('a\u0000b').up();
    await expect(session.send(broken)).rejects.toMatchObject({ name: 'XmlError', path: 'message > body' });
    await expect(session.send(new Element('query', { xmlns: 'x' }))).rejects.toMatchObject({
      code: 'ERR_XMPP_NOT_A_STANZA',
    });
  });

  test('the connection comes back with growing, random pauses', async () => {
    const delays: number[] = [];
    const session = given.client({ reconnect: { base: 10, max: 40, random: () => 1 } });
    session.onConnection((status) => {
      if (status.status === 'waiting') delays.push(status.delay);
    });
    const started = session.start();
    (await acceptClient(given.server)).cut();
    await started;
    for (let attempt = 0; attempt < 4; attempt += 1) (await given.server.accept()).cut();
    await acceptClient(given.server);
    await until(session, 'online');
    expect(delays).toEqual([10, 20, 40, 40, 40]);
  });

  test('the machine’s return to the network ends the pause, its leave does not', async () => {
    let wake: ((online: boolean) => void) | undefined;
    const session = createClientOn(
      { ...nodePlatform, onWake: (callback) => ((wake = callback), () => (wake = undefined)) },
      {
        jid: 'juliet@localhost',
        password: 'secret',
        service: given.server.service,
        allowInsecure: true,
        reconnect: { base: 60_000, random: () => 1 },
      },
    );
    given.keep(session);
    const started = session.start();
    (await acceptClient(given.server)).cut();
    await started;
    await until(session, 'waiting');
    wake?.(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(session.connection.status).toBe('waiting');
    wake?.(true);
    await acceptClient(given.server);
    await until(session, 'online');
  });

  test('a machine that leaves the network asks at once whether the server is there', async () => {
    let wake: ((online: boolean) => void) | undefined;
    const session = createClientOn(
      { ...nodePlatform, onWake: (callback) => ((wake = callback), () => (wake = undefined)) },
      { jid: 'juliet@localhost', password: 'secret', service: given.server.service, allowInsecure: true },
    );
    given.keep(session);
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    wake?.(false);
    await peer.heard(/<iq [^>]*><ping xmlns="urn:xmpp:ping"\/><\/iq>/);
  });

  test('without reconnection the session ends with the reason', async () => {
    const session = given.client({ reconnect: false });
    const started = session.start();
    (await acceptClient(given.server)).cut();
    await started;
    await until(session, 'ended');
    expect(session.signal.reason).toBeInstanceOf(XmppError);
  });

  test('a silent connection is found dead and made anew', async () => {
    const session = given.client({ keepalive: { interval: 50, timeout: 50 } });
    const started = session.start();
    const first = await acceptClient(given.server);
    await started;
    await first.heard(/<iq [^>]*><ping xmlns="urn:xmpp:ping"\/><\/iq>/);
    const second = await acceptClient(given.server, { sm: 'session-1' });
    await until(session, 'online');
    // With stream management the request for an acknowledgement is the question, and any answer is a sign of life.
    await second.heard(/<r /);
    second.say("<a xmlns='urn:xmpp:sm:3' h='0'/>");
    await second.heard(/<r /);
    second.say(' ');
    await second.heard(/<r /);
    expect(given.server.count).toBe(2);
  });
});

describe('stream errors', () => {
  const error = (condition: string, text = ''): string =>
    `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'>${text}</${condition}></stream:error></stream:stream>`;

  test('conflict ends the session: coming back would only push the other one out', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say(error('conflict'));
    const ended = await until(session, 'ended');
    expect(ended).toMatchObject({ error: { name: 'StreamError', condition: 'conflict', by: 'peer' } });
    expect(session.signal.reason).toBeInstanceOf(StreamError);
    expect(given.server.count).toBe(1);
  });

  test('system-shutdown comes back', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say(error('system-shutdown'));
    await acceptClient(given.server);
    await until(session, 'online');
  });

  test('row 10: malformed XML is answered with a stream error, then the connection is made anew', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say('<message><body></message><message/>');
    await peer.heard(
      /<stream:error xmlns:stream="http:\/\/etherx.jabber.org\/streams"><not-well-formed .*<\/stream:stream>/,
    );
    peer.say('</stream:stream><message/>&&&');
    await acceptClient(given.server);
    await until(session, 'online');
  });

  test('see-other-host leads to the other host', async () => {
    const other = await scriptedServer();
    const session = given.client();
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + error('see-other-host', `127.0.0.1:${other.port}`));
    await acceptClient(other);
    expect(String(await started)).toBe('juliet@localhost/balcony');
    await other.close();
  });

  test('hosts that send each other’s clients around end with an error', async () => {
    const session = given.client();
    const started = session.start();
    started.catch(() => {});
    for (let round = 0; round < 4; round += 1) {
      const peer = await given.server.accept();
      await peer.heard(/<stream:stream [^>]*>/);
      peer.say(header() + error('see-other-host', `127.0.0.1:${given.server.port}`));
    }
    await expect(started).rejects.toThrow(/see-other-host/);
    expect(given.server.count).toBe(4);
  });

  test('a stanza that the server calls malformed is not sent again with the next session', async () => {
    const session = given.client();
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    const { acked } = await session.send(message('poison'));
    await first.heard(/poison/);
    first.say(error('policy-violation'));
    await expect(acked).rejects.toBeInstanceOf(StreamError);
    const second = await acceptClient(given.server, { sm: 'session-2' });
    await until(session, 'online');
    await session.send(message('good'));
    await second.heard(/^<message id="good"/);
  });
});
