import { createHmac } from 'node:crypto';
import { SaslError } from '@xeps/stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../src/store/memory.ts';
import type { ClientStore } from '../src/store/types.ts';
import { harness, message, next } from './harness.ts';
import { authenticate, header } from './scripted-server.ts';
import type { Peer } from './scripted-server.ts';

const given = harness();
let store: ClientStore;
beforeEach(() => (store = memoryStore()));

const ns = { sasl2: 'urn:xmpp:sasl:2', bind: 'urn:xmpp:bind:0', sm: 'urn:xmpp:sm:3', fast: 'urn:xmpp:fast:0' };
const features = (mechanism = 'PLAIN', extra = ''): string =>
  `<stream:features><authentication xmlns='${ns.sasl2}'><mechanism>${mechanism}</mechanism><inline>` +
  `<bind xmlns='${ns.bind}'><inline><feature var='${ns.sm}'/><feature var='urn:xmpp:csi:0'/></inline></bind>` +
  `<sm xmlns='${ns.sm}'/><fast xmlns='${ns.fast}'><mechanism>HT-SHA-256-NONE</mechanism></fast>` +
  `</inline></authentication>${extra}</stream:features>`;
const token = (secret: string): string => `<token xmlns='${ns.fast}' token='${secret}' expiry='2999-01-01T00:00:00Z'/>`;
const success = (content: string, jid = 'juliet@localhost/chosen'): string =>
  `<success xmlns='${ns.sasl2}'><authorization-identifier>${jid}</authorization-identifier>${content}</success>`;
const bound = (id: string): string =>
  `<bound xmlns='${ns.bind}'><enabled xmlns='${ns.sm}' id='${id}' resume='true'/></bound>`;
const resumed = (id: string): string => `<resumed xmlns='${ns.sm}' previd='${id}' h='0'/>`;
const failure = `<failure xmlns='${ns.sasl2}'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>`;
const hmac = (secret: string, who: string): Buffer => createHmac('sha256', secret).update(who).digest();
const proof = (secret: string): string =>
  `<additional-data>${hmac(secret, 'Responder').toString('base64')}</additional-data>`;
const response = (secret: string): string =>
  Buffer.concat([Buffer.from('juliet\0'), hmac(secret, 'Initiator')]).toString('base64');

/** Lets a client sign in by PLAIN, and gives it a token; resolves with its request. */
async function firstTime(peer: Peer, secret: string, content = bound('session-1')): Promise<string> {
  await peer.heard(/<stream:stream [^>]*from='juliet@localhost'[^>]*>/);
  peer.say(header() + features());
  const [request] = await peer.heard(/<authenticate .*<\/authenticate>/s);
  peer.say(success(content + token(secret)) + '<stream:features/>');
  return request;
}

/** What comes with the header, before this side has said anything. */
async function pipelined(peer: Peer): Promise<string> {
  const [, request] = await peer.heard(/<stream:stream [^>]*>(<authenticate .*<\/authenticate>)$/s);
  return request!;
}

describe('SASL2, Bind 2, stream management and FAST at once', () => {
  test('the first time by password, with everything in one request', async () => {
    const session = given.client({ store, software: 'Balcony', device: 'Phone' });
    const started = session.start();
    const peer = await given.server.accept();
    const request = await firstTime(peer, 'secret-1');
    expect(String(await started)).toBe('juliet@localhost/chosen');
    expect(request).toMatch(
      /^<authenticate xmlns="urn:xmpp:sasl:2" mechanism="PLAIN"><initial-response>AGp1bGlldABzZWNyZXQ=</,
    );
    expect(request).toMatch(
      /<user-agent id="[\da-f-]{36}"><software>Balcony<\/software><device>Phone<\/device><\/user-agent>/,
    );
    expect(request).toContain(
      '<bind xmlns="urn:xmpp:bind:0"><tag>Balcony</tag><enable xmlns="urn:xmpp:sm:3" resume="true"/></bind>',
    );
    expect(request).toContain('<request-token xmlns="urn:xmpp:fast:0" mechanism="HT-SHA-256-NONE"/>');
    expect(session.signIn).toEqual({ profile: 'sasl2', mechanism: 'PLAIN', token: false, pipelined: false });
    // Acknowledgements are on, without a step of their own.
    const { acked } = await session.send(message('1'));
    await peer.heard(/<message id="1"[^>]*\/><r xmlns="urn:xmpp:sm:3"\/>/);
    peer.say(`<a xmlns='${ns.sm}' h='1'/>`);
    await acked;
    expect(peer.rest()).not.toContain('<enable');
  });

  test('the second time by token, with the header: resumed after one round trip', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    await session.send(message('1'));
    await first.heard(/<message/);
    const back = next(session, 'resumed');
    first.cut();
    const peer = await given.server.accept();
    const request = await pipelined(peer);
    expect(request).toContain(`mechanism="HT-SHA-256-NONE"><initial-response>${response('secret-1')}<`);
    expect(request).toContain('<fast xmlns="urn:xmpp:fast:0" count="1"/>');
    expect(request).toContain('<resume xmlns="urn:xmpp:sm:3" h="0" previd="session-1"/>');
    expect(request).not.toContain('secret-1');
    peer.say(header() + features() + success(proof('secret-1') + resumed('session-1'), 'juliet@localhost'));
    await back;
    await peer.heard(/^<message id="1"/);
    expect(String(session.jid)).toBe('juliet@localhost/chosen');
    expect(session.signIn).toMatchObject({ token: true, pipelined: true });
  });

  test('another client with the same store goes on with token and session, and needs no password', async () => {
    const before = given.client({ store });
    const started = before.start();
    const first = await given.server.accept();
    const request = await firstTime(first, 'secret-1');
    await started;
    await before.send(message('1'));
    await before.suspend();
    expect(before.status).toBe('ended');
    await first.closed;
    expect(first.rest()).not.toContain('</stream:stream>');

    const after = given.client({ store, password: undefined });
    const events: unknown[] = [];
    after.on('online', () => events.push('online'));
    after.on('resumed', ({ restored }) => events.push({ restored }));
    const again = after.start();
    const peer = await given.server.accept();
    const second = await pipelined(peer);
    const agent = /<user-agent id="[^"]+"/;
    expect(agent.exec(second)?.[0]).toBe(agent.exec(request)?.[0]);
    peer.say(header() + features() + success(proof('secret-1') + resumed('session-1'), 'juliet@localhost'));
    expect(String(await again)).toBe('juliet@localhost/chosen');
    expect(events).toEqual([{ restored: true }]);
    await peer.heard(/^<message id="1"/);
  });

  test('a session under another resource than the one asked for is left alone', async () => {
    const before = given.client({ store });
    const started = before.start();
    await firstTime(await given.server.accept(), 'secret-1');
    await started;
    await before.suspend();
    const after = given.client({ store, resource: 'balcony' });
    void after.start().catch(() => {});
    expect(await pipelined(await given.server.accept())).not.toContain('<resume');
  });

  test('signing out takes the token back also before anything was started', async () => {
    const before = given.client({ store });
    const started = before.start();
    await firstTime(await given.server.accept(), 'secret-1');
    await started;
    await before.suspend();
    const done = given.client({ store }).signOut();
    const peer = await given.server.accept();
    expect(await pipelined(peer)).toContain('invalidate="true"');
    peer.say(header() + features() + success(proof('secret-1') + bound('x')) + '<stream:features/>');
    await peer.heard(/<\/stream:stream>/);
    peer.say('</stream:stream>');
    await done;
    expect(await store.credentials.load('juliet@localhost')).toBeUndefined();
  });

  test('a token that the server gives anew is used from then on', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    for (const [old, fresh] of [
      ['secret-1', 'secret-2'],
      ['secret-2', 'secret-3'],
    ] as const) {
      const back = next(session, 'resumed');
      (old === 'secret-1' ? first : peers.at(-1)!).cut();
      const peer = await given.server.accept();
      peers.push(peer);
      expect(await pipelined(peer)).toContain(response(old));
      peer.say(header() + features() + success(proof(old) + resumed('session-1') + token(fresh), 'juliet@localhost'));
      await back;
    }
    expect((await store.credentials.load('juliet@localhost'))?.token).toMatchObject({ token: 'secret-3', count: 0 });
  });
  const peers: Peer[] = [];

  test('a token that is refused is thrown away, and the password takes its place on the same stream', async () => {
    await store.credentials.save('juliet@localhost', {
      userAgentId: 'd4565fa7-4d72-4749-b3d3-740edbf87770',
      resource: 'r',
      token: { mechanism: 'HT-SHA-256-NONE', token: 'old', count: 7 },
    });
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + features());
    expect((await peer.heard(/<authenticate .*?<\/authenticate>/s))[0]).toContain('count="8"');
    peer.say(failure);
    const [request] = await peer.heard(/<authenticate .*?<\/authenticate>/s);
    expect(request).toContain('mechanism="PLAIN"');
    expect(request).toContain('<request-token');
    peer.say(success(bound('s')) + '<stream:features/>');
    await started;
    expect((await store.credentials.load('juliet@localhost'))?.token).toBeUndefined();
  });

  test('row 7: a server that can’t prove that it knows the token is refused', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    first.cut();
    const peer = await given.server.accept();
    await pipelined(peer);
    const ended = new Promise<unknown>((resolve) =>
      session.onConnection((now) => now.status === 'ended' && resolve(now.error)),
    );
    peer.say(header() + features() + success(proof('guessed') + resumed('session-1'), 'juliet@localhost'));
    expect(await ended).toMatchObject({ name: 'SaslError', condition: 'server-signature-invalid' });
  });

  test('row 7: success in somebody else’s name is refused', async () => {
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + features());
    await peer.heard(/<authenticate .*<\/authenticate>/s);
    peer.say(success(bound('s'), 'romeo@localhost/chosen'));
    await expect(started).rejects.toBeInstanceOf(SaslError);
  });

  test('a server that hangs up on who speaks first is spoken to second', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    first.cut();
    const hasty = await given.server.accept();
    await pipelined(hasty);
    hasty.cut();
    const peer = await given.server.accept();
    const back = next(session, 'resumed');
    await peer.heard(/<stream:stream [^>]*>$/);
    peer.say(header() + features());
    expect((await peer.heard(/<authenticate .*<\/authenticate>/s))[0]).toContain('count="2"');
    peer.say(success(proof('secret-1') + resumed('session-1'), 'juliet@localhost'));
    await back;
    expect(session.signIn).toMatchObject({ token: true, pipelined: false });
  });

  test('XEP-0509: features that have changed cost no token, and the request is made anew', async () => {
    const version = (value: string): string => `<config-version xmlns='urn:xmpp:iap:0' value='${value}'/>`;
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await first.heard(/<stream:stream [^>]*>/);
    first.say(header() + features('PLAIN', version('one')));
    expect((await first.heard(/<authenticate .*<\/authenticate>/s))[0]).not.toContain('config-version');
    first.say(success(bound('session-1') + token('secret-1')) + '<stream:features/>');
    await started;
    first.cut();
    const peer = await given.server.accept();
    expect(await pipelined(peer)).toContain('<config-version xmlns="urn:xmpp:iap:0" value="one"/>');
    const back = next(session, 'resumed');
    peer.say(
      header() +
        features('PLAIN', version('two')) +
        `<failure xmlns='${ns.sasl2}'><aborted xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><config-version-mismatch xmlns='urn:xmpp:iap:0'/></failure>`,
    );
    expect((await peer.heard(/<authenticate .*<\/authenticate>/s))[0]).toContain('count="2"');
    peer.say(success(proof('secret-1') + resumed('session-1'), 'juliet@localhost'));
    await back;
  });

  test('what a server can’t read of a session that it has just resumed costs no message', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    first.cut();
    const second = await given.server.accept();
    await pipelined(second);
    const back = next(session, 'resumed');
    second.say(header() + features() + success(proof('secret-1') + resumed('session-1'), 'juliet@localhost'));
    await back;
    const { acked } = await session.send(message('1'));
    await second.heard(/<message id="1"/);
    const online = next(session, 'online');
    second.say(
      "<stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
    );
    const peer = await given.server.accept();
    expect(await pipelined(peer)).not.toContain('<resume');
    peer.say(header() + features() + success(proof('secret-1') + bound('session-2')));
    await online;
    await peer.heard(/<message id="1"[^>]*><delay /);
    peer.say(`<a xmlns='${ns.sm}' h='1'/>`);
    await acked;
  });

  test('a session that is gone: a new one in the same step, and what was lost goes out again', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    await session.send(message('1'));
    await first.heard(/<message/);
    first.cut();
    const peer = await given.server.accept();
    await pipelined(peer);
    const online = next(session, 'online');
    const failed = `<failed xmlns='${ns.sm}'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`;
    peer.say(header() + features() + success(proof('secret-1') + failed + bound('session-2'), 'juliet@localhost/new'));
    await online;
    expect(String(session.jid)).toBe('juliet@localhost/new');
    await peer.heard(/^<message id="1"[^>]*><delay /);
  });

  test('signing out takes the token back and leaves nothing behind', async () => {
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await firstTime(first, 'secret-1');
    await started;
    const done = session.signOut();
    await first.heard(/<\/stream:stream>/);
    first.say('</stream:stream>');
    const peer = await given.server.accept();
    const request = await pipelined(peer);
    expect(request).toMatch(/<fast xmlns="urn:xmpp:fast:0" count="1" invalidate="true"\/>/);
    expect(request).not.toContain('<request-token');
    peer.say(header() + features() + success(proof('secret-1') + bound('x')) + '<stream:features/>');
    await peer.heard(/<\/stream:stream>/);
    peer.say('</stream:stream>');
    await done;
    expect(await store.credentials.load('juliet@localhost')).toBeUndefined();
    expect((await store.streams.open('juliet@localhost')).state).toBeUndefined();
  });
});

describe('what was used before', () => {
  test('a server that offers less than it did is refused, and gets no password', async () => {
    await store.credentials.save('juliet@localhost', {
      userAgentId: 'd4565fa7-4d72-4749-b3d3-740edbf87770',
      resource: 'r',
      mechanism: 'SCRAM-SHA-256',
    });
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + features('PLAIN'));
    await expect(started).rejects.toMatchObject({ name: 'SaslError', condition: 'downgrade' });
    await peer.closed;
    expect(peer.rest()).not.toContain('<authenticate');
  });

  test('the password is stored only on request', async () => {
    for (const rememberPassword of [false, true]) {
      store = memoryStore();
      const session = given.client({ store, rememberPassword });
      const started = session.start();
      await firstTime(await given.server.accept(), 'secret-1');
      await started;
      const stored = await store.credentials.load('juliet@localhost');
      expect(stored?.password).toBe(rememberPassword ? 'secret' : undefined);
      expect(JSON.stringify(stored).includes('"secret"')).toBe(rememberPassword);
      await session.suspend();
    }
  });
});

describe('a server without SASL2', () => {
  test('classic sign-in, with the installation’s own resource', async () => {
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await authenticate(peer, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>");
    const stored = await store.credentials.load('juliet@localhost');
    const [, id, resource] = await peer.heard(
      /<iq [^>]*id="([^"]+)"><bind [^>]*><resource[^>]*>([^<]+)<\/resource><\/bind><\/iq>/,
    );
    expect(resource).toBe(stored?.resource);
    peer.say(
      `<iq type='result' id='${id!}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@localhost/${resource!}</jid></bind></iq>`,
    );
    await started;
    expect(session.signIn).toMatchObject({ profile: 'sasl', mechanism: 'PLAIN' });
  });

  test('a resource that was asked for is bound by the classic way, SASL2 or not', async () => {
    const session = given.client({ store, resource: 'balcony' });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + features());
    expect((await peer.heard(/<authenticate .*<\/authenticate>/s))[0]).not.toContain('urn:xmpp:bind:0');
    peer.say(
      success('', 'juliet@localhost') +
        "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
    );
    const [, id] = await peer.heard(/<iq [^>]*id="([^"]+)"><bind [^>]*><resource[^>]*>balcony</);
    peer.say(
      `<iq type='result' id='${id!}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@localhost/balcony</jid></bind></iq>`,
    );
    expect((await started).resource).toBe('balcony');
  });
});
