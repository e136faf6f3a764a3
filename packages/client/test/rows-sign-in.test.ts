/** Rows 7 and 14 of the table in rows.test.ts: who the server is, and tokens. */
import { SaslError } from '@xeps/stream';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryStore } from '../src/store/memory.ts';
import type { ClientStore, StoredCredentials } from '../src/store/types.ts';
import { harness, next, until } from './harness.ts';
import { authenticateByScram, scramChallenge, scramExchange, scramFeatures, scramSuccess } from './scripted-scram.ts';
import type { Profile, ScramScript } from './scripted-scram.ts';
import {
  bound,
  enabled,
  fast,
  inline,
  sasl2Features,
  sasl2Success,
  token,
  tokenProof,
  tokenResponse,
} from './scripted-sasl2.ts';
import { answerBind, header } from './scripted-server.ts';
import type { Peer } from './scripted-server.ts';

const given = harness();
const juliet = 'juliet@localhost';
const profiles: readonly Profile[] = ['sasl', 'sasl2'];
const zeroes = Buffer.alloc(32).toString('base64');

const derive = vi.spyOn(crypto.subtle, 'deriveBits');
beforeEach(() => void derive.mockClear());

async function greet(peer: Peer, profile: Profile, script: ScramScript = {}): Promise<void> {
  await peer.heard(/<stream:stream [^>]*>/);
  peer.say(`${header()}<stream:features>${scramFeatures(profile, script, inline)}</stream:features>`);
}

describe.each(profiles)('row 7: a server that proves nothing is refused: %s', (profile) => {
  test.each<[string, string, ScramScript]>([
    ['a foreign nonce', 'nonce', { nonce: () => 'foreign-nonce-that-is-long-enough-to-be-one' }],
    ['our own nonce with nothing added', 'nonce', { nonce: (ours) => ours }],
    ['i=1', 'iteration-count', { iterations: 1 }],
    ['i=4095', 'iteration-count', { iterations: 4095 }],
    ['i=4294967295', 'iteration-count', { iterations: 4_294_967_295 }],
    ['i=999999999999999', 'iteration-count', { iterations: '999999999999999' }],
    ['i of a hundred digits', 'malformed-request', { iterations: '9'.repeat(100) }],
  ])('%s: at once, with no proof and no key derived', async (_, condition, script) => {
    const session = given.client();
    const started = session.start({ retry: true });
    const refused = expect(started).rejects.toMatchObject({ name: 'SaslError', condition });
    const peer = await given.server.accept();
    await greet(peer, profile);
    await scramChallenge(peer, profile, script);
    const asked = performance.now();
    await refused;
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(derive).not.toHaveBeenCalled();
    await peer.closed;
    expect(peer.rest()).toMatch(/^<abort xmlns="[^"]+"\/><\/stream:stream>$/);
    expect(given.server.count).toBe(1);
  });

  test.each<[string, ScramScript]>([
    ['v= of somebody who does not know the password', { serverFinal: () => `v=${zeroes}` }],
    ['v= that is cut off', { serverFinal: (honest) => `${honest.slice(0, -9)}=` }],
    ['an empty v=', { serverFinal: () => 'v=' }],
    ['something else than v=', { serverFinal: (honest) => `x=1,${honest}` }],
    ['success without a proof', { serverFinal: () => undefined }],
    ['success with an empty proof', { serverFinal: () => '' }],
  ])('%s: no session', async (_, script) => {
    const session = given.client();
    const online = vi.fn();
    session.on('online', online);
    const started = session.start({ retry: true });
    const refused = expect(started).rejects.toMatchObject({
      name: 'SaslError',
      condition: 'server-signature-invalid',
    });
    const peer = await given.server.accept();
    await greet(peer, profile);
    const { serverFinal, proved } = await scramExchange(peer, profile, script);
    expect(proved).toBe(true);
    peer.say(scramSuccess(profile, serverFinal, bound('')));
    await refused;
    await peer.closed;
    expect(peer.rest()).toMatch(/^(<abort xmlns="urn:xmpp:sasl:2"\/><\/stream:stream>)?$/);
    expect([online.mock.calls.length, given.server.count]).toEqual([0, 1]);
  });

  test('success before the server was asked for anything: no session', async () => {
    const session = given.client();
    const started = session.start();
    const refused = expect(started).rejects.toBeInstanceOf(SaslError);
    const peer = await given.server.accept();
    await greet(peer, profile);
    await peer.heard(/<auth/);
    peer.say(scramSuccess(profile, `v=${zeroes}`, bound('')));
    await refused;
  });

  test('keys are derived once: neither a reconnect nor the next run of the program costs PBKDF2', async () => {
    const store = memoryStore();
    const signIn = async (peer: Peer): Promise<void> => {
      const after = { inline, content: bound(enabled('session-1')) };
      const features = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
      const { proved } = await authenticateByScram(peer, profile, { iterations: 20_000 }, { ...after, features });
      expect(proved).toBe(true);
      if (profile === 'sasl') await answerBind(peer);
    };
    const session = given.client({ store });
    const started = session.start();
    const first = await given.server.accept();
    await signIn(first);
    await started;
    expect(derive).toHaveBeenCalledOnce();
    first.cut();
    const back = next(session, 'online');
    await signIn(await given.server.accept());
    await back;
    await session.suspend();
    const second = given.client({ store, password: undefined });
    const again = second.start();
    await signIn(await given.server.accept());
    await again;
    expect(derive).toHaveBeenCalledOnce();
  });
});

describe('row 7: success in another name is refused, though the server knows the password', () => {
  test.each(['romeo@localhost/chosen', 'juliet@evil.example/chosen', 'juliet@sub.localhost/chosen', 'localhost'])(
    '%s',
    async (jid) => {
      const session = given.client();
      const started = session.start();
      const refused = expect(started).rejects.toBeInstanceOf(SaslError);
      const peer = await given.server.accept();
      await authenticateByScram(peer, 'sasl2', {}, { inline, content: bound(''), jid });
      await refused;
      expect(session.connection.status).toBe('idle');
    },
  );
});

describe('row 14: tokens', () => {
  let store: ClientStore;
  beforeEach(() => (store = memoryStore()));
  const known: StoredCredentials = { userAgentId: 'd4565fa7-4d72-4749-b3d3-740edbf87770', resource: 'r' };
  const stored = async (): Promise<StoredCredentials['token']> => (await store.credentials.load(juliet))?.token;
  const offer = sasl2Features(inline + fast);
  const hear = async (peer: Peer): Promise<string> => (await peer.heard(/<authenticate .*?<\/authenticate>/s))[0];

  test('each sign-in is by the newest, and the password is used once', async () => {
    const session = given.client({ store });
    const started = session.start();
    let peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + offer);
    expect(await hear(peer)).toContain('mechanism="PLAIN"');
    peer.say(`${sasl2Success(bound(enabled('session-1')) + token('secret-0'))}<stream:features/>`);
    await started;
    for (let round = 0; round < 3; round += 1) {
      const back = next(session, 'resumed');
      peer.cut();
      peer = await given.server.accept();
      const request = await hear(peer);
      expect(request).toContain(`mechanism="HT-SHA-256-NONE"><initial-response>${tokenResponse(`secret-${round}`)}<`);
      const resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='0'/>";
      const fresh = token(`secret-${round + 1}`);
      peer.say(header() + offer + sasl2Success(tokenProof(`secret-${round}`) + resumed + fresh, juliet));
      await back;
    }
    expect(await stored()).toMatchObject({ token: 'secret-3', count: 0 });
  });

  test('one that has expired is not used: the password is, and a new token asked for', async () => {
    const old = { mechanism: 'HT-SHA-256-NONE', token: 'old', count: 3, expiry: '2020-01-01T00:00:00Z' };
    await store.credentials.save(juliet, { ...known, token: old });
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + offer);
    const request = await hear(peer);
    expect(request).toContain('mechanism="PLAIN"');
    expect(request).toContain('<request-token xmlns="urn:xmpp:fast:0" mechanism="HT-SHA-256-NONE"/>');
    expect(request).not.toContain('<fast ');
    peer.say(`${sasl2Success(bound('') + token('fresh'))}<stream:features/>`);
    await started;
    await expect.poll(stored).toMatchObject({ token: 'fresh', count: 0 });
  });

  test('the replay counter is on the store before it is on the wire, so that no number is used twice', async () => {
    await store.credentials.save(juliet, { ...known, token: { mechanism: 'HT-SHA-256-NONE', token: 't', count: 0 } });
    const { credentials, streams } = store;
    const slow: ClientStore = {
      streams,
      credentials: {
        ...credentials,
        async save(account, value) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          await credentials.save(account, value);
        },
      },
    };
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      // A process that dies right after its request, and the next one.
      const session = given.client({ store: slow, reconnect: false, password: undefined });
      const started = session.start();
      started.catch(() => {});
      const peer = await given.server.accept();
      await peer.heard(/<stream:stream [^>]*>/);
      peer.say(header() + offer);
      expect(await hear(peer)).toContain(`<fast xmlns="urn:xmpp:fast:0" count="${attempt}"/>`);
      expect(await stored()).toMatchObject({ count: attempt });
      peer.cut();
      await expect(started).rejects.toThrow();
    }
  });

  test('a counter that can’t be stored is not used', async () => {
    await store.credentials.save(juliet, { ...known, token: { mechanism: 'HT-SHA-256-NONE', token: 't', count: 0 } });
    const full: ClientStore = {
      ...store,
      credentials: { ...store.credentials, save: () => Promise.reject(new Error('the disk is full')) },
    };
    const session = given.client({ store: full });
    const started = session.start();
    const refused = expect(started).rejects.toThrow('signing in to localhost failed');
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + offer);
    await refused;
    await peer.closed;
    expect(peer.rest()).toBe('</stream:stream>');
    expect(await stored()).toMatchObject({ count: 0 });
  });

  test('one that the server refuses is forgotten, and the password is used', async () => {
    await store.credentials.save(juliet, { ...known, token: { mechanism: 'HT-SHA-256-NONE', token: 't', count: 0 } });
    const session = given.client({ store });
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + offer);
    await hear(peer);
    peer.say(
      "<failure xmlns='urn:xmpp:sasl:2'><credentials-expired xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>",
    );
    expect(await hear(peer)).toContain('mechanism="PLAIN"');
    expect(await stored()).toBeUndefined();
    peer.say(`${sasl2Success(bound(''))}<stream:features/>`);
    await started;
    await until(session, 'online');
  });
});
