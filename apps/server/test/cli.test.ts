/** The command `xeps-server`: what it takes, says and leaves behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createClient } from '@xeps/client';
import { createComponent } from '@xeps/component';
import { requestSlot } from '@xeps/xep-0363';
import { describe, expect, onTestFinished, test } from 'vitest';

import { main } from '../src/cli.ts';
import { makeCertificate } from '../src/net/certificate.ts';
import { header, rawTcp } from './raw.ts';

/** A run of the command within this process. */
interface Running {
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<number>;
  end(): void;
}

/** What `--json` says. */
interface Description {
  readonly domain: string;
  readonly ports: Readonly<Record<'tcp' | 'tls' | 'http' | 'https' | 'component', number>>;
  readonly websocket: string;
}

function run(...argv: string[]): Running {
  const ending = new AbortController();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()].map((stream) => stream.setEncoding('utf8')) as [
    PassThrough,
    PassThrough,
  ];
  const said = { stdout: '', stderr: '' };
  stdout.on('data', (text) => (said.stdout += String(text)));
  stderr.on('data', (text) => (said.stderr += String(text)));
  const ended = main(argv, { stdout, stderr, signal: ending.signal });
  onTestFinished(async () => {
    ending.abort();
    await ended;
  });
  return {
    ended,
    end: () => ending.abort(),
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
  };
}

const anyPorts = ['tcp', 'tls', 'http', 'https', 'component'].flatMap((name) => [`--port-${name}`, '0']);

/** Runs it on free ports, until it listens. */
async function listening(...argv: string[]): Promise<Running & Description> {
  const running = run('--json', ...anyPorts, ...argv);
  await Promise.race([running.ended, expect.poll(() => running.stdout, { timeout: 5000 }).toMatch(/\n$/)]);
  expect(running.stderr).toBe('');
  return Object.assign(running, JSON.parse(running.stdout) as Description);
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'xeps-server-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

/** A port that somebody else has. */
async function takenPort(wanted = 0): Promise<number> {
  const server = createTcpServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => resolve(true));
  });
  if (!taken) return wanted;
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A port that nobody has, just now. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Signs in over the WebSocket. */
async function signIn(websocket: string, jid: string, password: string): Promise<string> {
  const client = createClient({ jid, password, service: websocket, allowInsecure: true, reconnect: false });
  onTestFinished(() => client.stop());
  return String((await client.start()).bare());
}

/** What a stranger is offered over the WebSocket. */
async function featuresOf({ websocket }: Description): Promise<string> {
  const socket = new WebSocket(websocket, 'xmpp');
  onTestFinished(() => socket.close());
  const features = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      if (String(data).includes('features')) resolve(String(data));
    });
  });
  socket.addEventListener('open', () =>
    socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>`),
  );
  return features;
}

describe('what it starts', () => {
  test('one line of JSON says where, and clients find it', async () => {
    const file = join(await folder(), 'ca.pem');
    const server = await listening('--account', 'juliet:se:cret', '--account', 'romeo:x', '--ca-file', file);
    expect(JSON.parse(server.stdout)).toEqual({
      domain: 'localhost',
      host: '127.0.0.1',
      ports: {
        tcp: expect.any(Number),
        tls: expect.any(Number),
        http: expect.any(Number),
        https: expect.any(Number),
        component: expect.any(Number),
      },
      websocket: `ws://localhost:${server.ports.http}/xmpp-websocket`,
      ca: file,
      accounts: ['juliet@localhost', 'romeo@localhost'],
      pid: process.pid,
    });
    expect(await signIn(server.websocket, 'juliet@localhost', 'se:cret')).toBe('juliet@localhost');
    const client = createClient({
      jid: 'romeo@localhost',
      password: 'x',
      service: `xmpps://localhost:${server.ports.tls}`,
      tls: { ca: await readFile(file, 'utf8') },
    });
    onTestFinished(() => client.stop());
    await client.start();
  });

  test('another domain is reached without DNS', async () => {
    const server = await listening('--domain', 'montague.example', '--account', 'romeo:x');
    expect(server.websocket).toBe(`ws://127.0.0.1:${server.ports.http}/xmpp-websocket`);
    expect(await signIn(server.websocket, 'romeo@montague.example', 'x')).toBe('romeo@montague.example');
  });

  test('what is left out is not there, and what was named is', async () => {
    const everything = await featuresOf(await listening());
    expect(everything).toContain('urn:xmpp:sasl:2');
    expect(everything).toContain('>SCRAM-SHA-256<');
    const less = await featuresOf(await listening('--without', 'sasl2, bind2', '--mechanisms', 'PLAIN,SCRAM-SHA-1'));
    expect(less).not.toContain('urn:xmpp:sasl:2');
    expect(less.match(/<mechanism>[^<]+/g)).toEqual(['<mechanism>SCRAM-SHA-1', '<mechanism>PLAIN']);
  });

  test('how big a stanza may be', async () => {
    expect(await featuresOf(await listening('--max-stanza', '12345'))).toContain('<max-bytes>12345</max-bytes>');
  });

  test.each([
    [['--registration'], true],
    [['--no-registration'], false],
    [[], true],
  ] as const)('with %j strangers make accounts: %s', async (argv, expected) => {
    expect((await featuresOf(await listening(...argv))).includes('iq-register')).toBe(expected);
  });

  test('where HTTP is reached from outside', async () => {
    const server = await listening('--public-url', 'https://example.org/xmpp/', '--account', 'juliet:x');
    const client = createClient({
      jid: 'juliet@localhost',
      password: 'x',
      service: server.websocket,
      allowInsecure: true,
    });
    onTestFinished(() => client.stop());
    await client.start();
    const { getUrl } = await requestSlot(client, 'upload.localhost', { filename: 'a', size: 1 });
    expect(getUrl).toMatch(/^https:\/\/example\.org\/xmpp\/upload\//);
  });

  test('a component proves itself with what was given', async () => {
    const { ports } = await listening('--component-secret', 'verona');
    const component = createComponent({
      domain: 'bot.localhost',
      secret: 'verona',
      host: '127.0.0.1',
      port: ports.component,
    });
    onTestFinished(() => component.stop());
    await component.start();
  });

  test('a file keeps accounts, and their passwords, from one run to the next', async () => {
    const file = join(await folder(), 'server.sqlite');
    const first = await listening('--file', file, '--account', 'juliet:one');
    await signIn(first.websocket, 'juliet@localhost', 'one');
    first.end();
    expect(await first.ended).toBe(0);
    const second = await listening('--file', file, '--account', 'Juliet:two', '--account', 'romeo:x');
    await signIn(second.websocket, 'juliet@localhost', 'one');
    await signIn(second.websocket, 'romeo@localhost', 'x');
  });

  test('a certificate of one’s own', async () => {
    const path = await folder();
    const { key, certificate } = await makeCertificate({ names: ['localhost'], ips: ['127.0.0.1'] });
    await writeFile(join(path, 'key.pem'), key);
    await writeFile(join(path, 'cert.pem'), certificate);
    const argv = ['--tls-cert', join(path, 'cert.pem'), '--tls-key', join(path, 'key.pem')];
    const { ports } = await listening(...argv, '--account', 'juliet:x');
    const client = createClient({
      jid: 'juliet@localhost',
      password: 'x',
      service: `xmpp://localhost:${ports.tcp}`,
      tls: { ca: certificate },
    });
    onTestFinished(() => client.stop());
    await client.start();
  });

  test('a greeting for people', async () => {
    const running = run(...anyPorts, '--account', `juliet:it's me`);
    await expect.poll(() => running.stdout).toMatch(/Ctrl-C ends it\.\n$/);
    expect(running.stdout).toMatch(/^XMPP for localhost on 127\.0\.0\.1, for tests and demos: not for production\.\n/);
    const [, websocket] = / WebSocket +(ws:\S+)\n/.exec(running.stdout)!;
    expect(running.stdout).toContain(
      `  XEPS_PASSWORD='it'\\''s me' xeps listen --jid juliet@localhost --service ${websocket}\n`,
    );
    expect(await signIn(websocket!, 'juliet@localhost', `it's me`)).toBe('juliet@localhost');
    running.end();
    expect(await running.ended).toBe(0);
    expect(running.stderr).toBe('');
  });
});

describe('ports', () => {
  test('a usual one that is taken: any other, and only for that', async () => {
    await takenPort(5222);
    const tls = await freePort();
    const argv = ['--port-tls', String(tls), '--port-http', '0', '--port-https', '0', '--port-component', '0'];
    const running = run(...argv);
    await expect.poll(() => running.stdout).toMatch(/Ctrl-C ends it\.\n$/);
    const [, tcp] = /STARTTLS +(\d+)\n/.exec(running.stdout)!;
    expect(running.stdout).toContain(`Port 5222 was taken, so that it is ${tcp}.\n`);
    expect(running.stdout).toMatch(new RegExp(`TCP with TLS +${tls}\n`));
    // Nothing is left of the attempt that failed.
    running.end();
    expect(await running.ended).toBe(0);
    const again = run(...argv);
    await expect.poll(() => again.stdout).toMatch(new RegExp(`TCP with TLS +${tls}\n`));
  });

  test('one that was asked for and is taken: what to do', async () => {
    const port = await takenPort();
    const running = run(...anyPorts, '--port-http', String(port));
    expect(await running.ended).toBe(64);
    expect(running.stderr).toBe(
      `xeps-server: port ${port} is taken: end what listens there, or choose another (0: any that is free)\n`,
    );
    expect(running.stdout).toBe('');
  });

  test('a usual one that was asked for something else', async () => {
    const running = run('--json', '--port-http', '5347', '--port-tcp', '0', '--port-tls', '0', '--port-https', '0');
    await Promise.race([running.ended, expect.poll(() => running.stdout).toMatch(/\n$/)]);
    expect(running.stderr).toBe('');
    const { ports } = JSON.parse(running.stdout) as Description;
    expect(ports.http).toBe(5347);
    expect(ports.component).not.toBe(5347);
  });
});

describe('what it refuses', () => {
  test.each([
    [['--host', '0.0.0.0'], 'others could reach 0.0.0.0'],
    [['--host', '::'], 'others could reach ::'],
    [['--host', '127.0.0.1.example.org'], 'others could reach 127.0.0.1.example.org'],
    [['--host', 'example.org'], 'others could reach example.org'],
    [['--host', '203.0.113.1', '--expose'], 'nothing can listen on 203.0.113.1'],
    [['--port-tcp', '65536'], 'A port is a number'],
    [['--port-tcp', 'http'], 'A port is a number'],
    [['--account', 'juliet'], 'an account is --account USER:PASSWORD'],
    [['--account', ':hush'], 'an account is --account USER:PASSWORD'],
    [['--account', 'juliet:'], 'an account is --account USER:PASSWORD'],
    [['--account', 'a@b:hush'], 'a@b'],
    [['--domain', 'a b'], 'a b'],
    [['--without', 'carbon'], 'there is no feature “carbon” to leave out; there are '],
    [['--mechanisms', 'PLAIN,X-MAGIC'], 'There are SCRAM-SHA-1,'],
    [['--max-stanza', 'much'], 'A number of bytes from 10000 on'],
    [['--max-stanza', '9999'], 'A number of bytes from 10000 on'],
    [['--public-url', 'localhost'], 'Write http:// or https://'],
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key belong together'],
    [['--tls-cert', '/nonexistent/c', '--tls-key', '/nonexistent/k'], '/nonexistent/'],
    [['--ca-file', '/nonexistent/ca.pem'], '/nonexistent/ca.pem'],
    [['--admin', 'a/b'], 'the secret for making accounts'],
    [['--admin', ''], 'the secret for making accounts'],
    [['--federate'], "unknown option '--federate'"],
    [['now'], 'too many arguments'],
  ])('%j', async (argv, message) => {
    const running = run(...anyPorts, ...argv);
    expect(await running.ended).toBe(64);
    expect(running.stderr).toContain(message);
    expect(running.stderr).not.toContain('hush');
    expect(running.stdout).toBe('');
  });

  test('files that are something else', async () => {
    const path = await folder();
    const { key } = await makeCertificate({ names: ['localhost'] });
    const { certificate } = await makeCertificate({ names: ['localhost'] });
    const files = { key, certificate, text: 'x'.repeat(5000) };
    for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
    for (const [argv, message] of [
      [['--tls-cert', join(path, 'text'), '--tls-key', join(path, 'key')], `${join(path, 'text')} is not what it`],
      [['--tls-cert', join(path, 'certificate'), '--tls-key', join(path, 'text')], `${join(path, 'text')} is not what`],
      [['--tls-cert', join(path, 'certificate'), '--tls-key', join(path, 'key')], 'it is not the key of'],
      [['--file', join(path, 'text')], `${join(path, 'text')} can't be used`],
    ] as const) {
      const running = run(...anyPorts, ...argv);
      expect(await running.ended).toBe(65);
      expect(running.stderr).toContain(message);
    }
  });

  test.each([['--help'], ['--version']])('%s is an answer', async (option) => {
    const running = run(option);
    expect(await running.ended).toBe(0);
    expect(running.stdout).toMatch(option === '--help' ? /Not for production\./ : /^\d+\.\d+\.\d+\n$/);
    expect(running.stderr).toBe('');
  });
});

describe('as a process', () => {
  const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in order', async (signal) => {
    const child = spawn(process.execPath, ['--conditions=@xeps/source', bin, '--json', ...anyPorts], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const { ports } = JSON.parse(line) as Description;
    const raw = rawTcp({ ports });
    raw.send(header());
    await raw.until(/<\/stream:features>/);
    const ended = once(child, 'exit');
    child.kill(signal);
    expect(await raw.closed()).toContain('<system-shutdown');
    expect(await ended).toEqual([0, null]);
  });
});
