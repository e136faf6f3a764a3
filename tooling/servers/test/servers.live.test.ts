/** Every server of both lanes offers what the other live tests build on. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import {
  AccountError,
  createAccount,
  type RunningServer,
  type ServerInfo,
  ServerStartError,
  start,
} from '../src/index.ts';
import { account, describeLive, liveServers } from '../src/live.ts';
import { openDirectTls, openStarttls, openWebSocket, plainAuth, type RawStream, request, signIn } from './raw.ts';

const DISCO_INFO = '<query xmlns="http://jabber.org/protocol/disco#info"/>';
const DISCO_ITEMS = '<query xmlns="http://jabber.org/protocol/disco#items"/>';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function value(text: string, name: string): string {
  const match = new RegExp(`${name}=["']([^"']*)["']`).exec(text);
  if (match?.[1] === undefined) throw new Error(`no ${name} in ${text}`);
  return match[1].replaceAll('&amp;', '&');
}

async function signedIn(server: ServerInfo): Promise<RawStream> {
  const { user, password } = await account(server);
  const { stream } = await openStarttls(server);
  await signIn(stream, server, user, password);
  return stream;
}

describeLive('describeLive', (server, transport) => {
  test('an account signs in over the transport', async () => {
    const { user, password, jid } = await account(server);
    const { stream } = transport === 'tcp' ? await openStarttls(server) : await openWebSocket(server, server.ws);
    stream.send(plainAuth(user, password));
    await stream.until(/<success [^>]*>/);
    expect(jid).toBe(`${user}@${server.domain}`);
    stream.close();
  });
});

test('the global setup gives the servers, as plain data', () => {
  expect(liveServers().map((server) => server.kind)).toEqual(['prosody', 'ejabberd', 'xeps']);
  expect(JSON.parse(JSON.stringify(liveServers()))).toEqual(liveServers());
});

/** What holds for a server of any version. */
function streams(getServer: () => ServerInfo): void {
  test('TCP requires STARTTLS, and lists SASL mechanisms after it', async () => {
    const server = getServer();
    const { plain, features, stream } = await openStarttls(server);
    expect(plain).toMatch(/<starttls[^>]*>\s*<required/);
    expect(plain).not.toContain('<mechanism>');
    expect(features).toContain('<mechanism>PLAIN</mechanism>');
    expect(features).toContain(`<mechanism>SCRAM-SHA-${server.lane === 'old' ? '1' : '256'}</mechanism>`);
    stream.close();
  });

  test('direct TLS', async () => {
    const { features, stream } = await openDirectTls(getServer());
    expect(features).toContain('<mechanism>PLAIN</mechanism>');
    stream.close();
  });

  test.each(['ws', 'wss'] as const)('%s', async (scheme) => {
    const { features, stream } = await openWebSocket(getServer(), getServer()[scheme]);
    expect(features).toContain('<mechanism>PLAIN</mechanism>');
    stream.close();
  });

  test('an account signs in with its password and with no other', async () => {
    const server = getServer();
    const { user, password } = await account(server);
    const { stream } = await openStarttls(server);
    const features = await signIn(stream, server, user, password);
    expect(features).toContain('urn:xmpp:sm:3');
    expect(features).toContain('urn:xmpp:csi:0');
    stream.close();

    const { stream: other } = await openStarttls(server);
    other.send(plainAuth(user, `${password}x`));
    await other.until(/<failure [^>]*>[\s\S]*not-authorized/);
    other.close();
  });

  test('a taken name is refused', async () => {
    const { user } = await account(getServer());
    await expect(createAccount(getServer(), user, 'other')).rejects.toThrow(AccountError);
  });

  test('registration in band', async () => {
    const { stream } = await openStarttls(getServer());
    const user = `ibr-${Date.now()}`;
    const fields = `<username>${user}</username><password>secret</password>`;
    const reply = await request(stream, 'set', '', `<query xmlns="jabber:iq:register">${fields}</query>`);
    expect(reply).toMatch(/type=["']result["']/);
    stream.send(plainAuth(user, 'secret'));
    await stream.until(/<success [^>]*>/);
    stream.close();
  });

  test('services are found, and answer', async () => {
    const server = getServer();
    const stream = await signedIn(server);
    const items = await request(stream, 'get', server.domain, DISCO_ITEMS);
    const { upload, muc, pubsub, proxy65 } = server.services;
    for (const [address, feature] of [
      [upload, 'urn:xmpp:http:upload:0'],
      [muc, 'http://jabber.org/protocol/muc'],
      [pubsub, 'http://jabber.org/protocol/pubsub'],
      ...(server.quirks.includes('no-file-proxy')
        ? []
        : [[proxy65, 'http://jabber.org/protocol/bytestreams'] as const]),
    ] as const) {
      expect(items).toContain(address);
      expect(await request(stream, 'get', address, DISCO_INFO)).toContain(feature);
    }
    stream.close();
  });

  test('a message is archived', async () => {
    const server = getServer();
    const stream = await signedIn(server);
    const other = await account(server);
    stream.send(`<message to="${other.jid}" type="chat" id="m1"><body>kept</body></message>`);
    stream.send('<iq type="set" id="mam"><query xmlns="urn:xmpp:mam:2"/></iq>');
    const answer = await stream.until(/<fin [\s\S]*?<\/iq>/);
    expect(answer).toContain('kept');
    stream.close();
  });

  test('a file is uploaded and fetched', async () => {
    const server = getServer();
    const stream = await signedIn(server);
    const body = Buffer.alloc(300_000, 'xeps');
    const slotFor = (size: number): Promise<string> =>
      request(
        stream,
        'get',
        server.services.upload,
        `<request xmlns="urn:xmpp:http:upload:0" filename="a.txt" size="${size}" content-type="text/plain"/>`,
      );
    const slot = await slotFor(body.length);
    const authorization = /<header name=["']Authorization["']>([^<]*)</.exec(slot)?.[1];
    const headers = { 'content-type': 'text/plain', ...(authorization === undefined ? {} : { authorization }) };
    const origin = { origin: 'http://example.com' };
    const put = value(/<put [^>]*>/.exec(slot)?.[0] ?? '', 'url');
    const preflight = await fetch(put, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'PUT' },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PUT');
    const stored = await fetch(put, { method: 'PUT', headers: { ...headers, ...origin }, body });
    expect(stored.status).toBe(201);
    expect(stored.headers.get('access-control-allow-origin')).toMatch(/^\*$|example\.com/);
    const fetched = await fetch(value(/<get [^>]*>/.exec(slot)?.[0] ?? '', 'url'));
    expect(Buffer.from(await fetched.arrayBuffer()).equals(body)).toBe(true);
    expect(await slotFor(11 * 1024 * 1024)).toContain('file-too-large');
    stream.close();
  });

  test('an external component may connect', async () => {
    const server = getServer();
    const socket = connect(server.ports.component, server.host).setEncoding('utf8');
    const next = (): Promise<string> => new Promise((resolve) => socket.once('data', (text) => resolve(String(text))));
    socket.write(
      `<stream:stream to="${server.services.component}" xmlns="jabber:component:accept" ` +
        'xmlns:stream="http://etherx.jabber.org/streams">',
    );
    const id = value(await next(), ' id');
    socket.write(
      `<handshake>${createHash('sha1')
        .update(id + server.componentSecret)
        .digest('hex')}</handshake>`,
    );
    expect(await next()).toMatch(/<handshake\/>|<handshake><\/handshake>/);
    socket.destroy();
  });

  test('an address of another server fails at once', async () => {
    const stream = await signedIn(getServer());
    expect(await request(stream, 'get', 'example.org', DISCO_INFO)).toMatch(/type=["']error["']/);
    stream.close();
  });
}

for (const server of liveServers()) {
  describe(`streams and services [${server.kind} ${server.version}]`, () => {
    streams(() => server);

    test.each(['direct TLS', 'ws'] as const)('SASL2, Bind 2, FAST and inline SM over %s', async (transport) => {
      const { stream, features } =
        transport === 'ws' ? await openWebSocket(server, server.ws) : await openDirectTls(server);
      for (const namespace of ['urn:xmpp:sasl:2', 'urn:xmpp:bind:0', 'urn:xmpp:fast:0', 'urn:xmpp:sm:3']) {
        expect(features).toContain(namespace);
      }
      stream.close();
    });

    test('host-meta names the WebSocket', async () => {
      const response = await fetch(`http://${server.domain}:${server.ports.http}/.well-known/host-meta`);
      expect(await response.text()).toContain(server.ws);
    });
  });
}

describe.each(['prosody', 'ejabberd'] as const)('old lane [%s]', (kind) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await start(kind, { lane: 'old' });
  });
  afterAll(() => server?.stop());

  test('is an old version', () => {
    expect(server.version).toMatch(kind === 'prosody' ? /^0\.12\./ : /^23\./);
  });
  streams(() => server);
});

describe.each(['prosody', 'ejabberd'] as const)('lifetime [%s]', (kind) => {
  test('two at once; stop leaves no process and no folder; after kill it starts again', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'xeps-test-'));
    const accounts = [{ user: 'alice', password: 'secret' }];
    const [kept, other] = await Promise.all([
      start(kind, { dir, accounts, uploadScheme: 'https' }),
      start(kind, { accounts }),
    ]);
    expect(new Set([...Object.values(kept.ports), ...Object.values(other.ports)]).size).toBe(12);
    expect(alive(kept.pid) && alive(other.pid)).toBe(true);

    await other.stop();
    expect(alive(other.pid)).toBe(false);
    await expect(stat(other.dir)).rejects.toThrow('ENOENT');
    // The other one goes on.
    const { stream } = await openStarttls(kept);
    await signIn(stream, kept, 'alice', 'secret');

    // ejabberd's database writes what it was told within two seconds.
    if (kind === 'ejabberd') await new Promise((resolve) => setTimeout(resolve, 2500));
    await kept.kill();
    expect(alive(kept.pid)).toBe(false);
    const again = await start(kind, { dir, ports: kept.ports });
    expect(again.ports).toEqual(kept.ports);
    expect(again.caPem).toBe(kept.caPem);
    const { stream: second } = await openStarttls(again);
    await signIn(second, again, 'alice', 'secret');
    await again.deleteAccount('alice');
    expect(again.log()).not.toBe('');
    await again.stop();
    expect(await readFile(join(dir, 'certs/ca.crt'), 'utf8')).toBe(kept.caPem);
    await rm(dir, { recursive: true });
  });

  test('ends with the process that started it, even when that is killed', async () => {
    const cli = join(import.meta.dirname, '../src/cli.ts');
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const parent = spawn(process.execPath, [cli, 'start', kind, '--account', 'alice:secret']);
      parent.stdout.setEncoding('utf8');
      let output = '';
      for await (const text of parent.stdout.iterator({ destroyOnReturn: false })) {
        output += text;
        if (output.split('\n').length > 2) break;
      }
      const [info, alice] = output.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)));
      expect(alice).toEqual({ account: 'alice@localhost', password: 'secret' });
      expect(alive(info.pid)).toBe(true);
      parent.kill(signal);
      await vi.waitFor(() => expect(alive(info.pid)).toBe(false), { timeout: 10_000 });
      if (signal === 'SIGKILL') await rm(info.dir, { recursive: true });
      else await vi.waitFor(() => expect(stat(info.dir)).rejects.toThrow('ENOENT'));
    }
  });

  test('a port that is taken is said, and leaves no process', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const c2s = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(start(kind, { ports: { c2s } })).rejects.toThrow(ServerStartError);
    await new Promise((resolve) => blocker.close(resolve));
  });

  test('upload over https when asked for', async () => {
    const server = await start(kind, { uploadScheme: 'https' });
    const stream = await signedIn(server);
    const slot = await request(
      stream,
      'get',
      server.services.upload,
      '<request xmlns="urn:xmpp:http:upload:0" filename="a.txt" size="4" content-type="text/plain"/>',
    );
    const put = value(/<put [^>]*>/.exec(slot)?.[0] ?? '', 'url');
    expect(put).toMatch(/^https:/);
    const authorization = /<header name=["']Authorization["']>([^<]*)</.exec(slot)?.[1];
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'text/plain', 'content-length': 4, ...(authorization && { authorization }) };
      const put4 = httpsRequest(put, { method: 'PUT', ca: server.caPem, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      put4.once('error', reject).end('xeps');
    });
    expect(status).toBe(201);
    stream.close();
    await server.stop();
  });
});
