import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket as ServerSocket } from 'ws';
import { ConnectionError } from '../../src/transport/errors.ts';
import type { Transport } from '../../src/transport/types.ts';
import { connectNodeWebSocket } from '../../src/transport/websocket-node.ts';
import type { NodeWebSocketOptions } from '../../src/transport/websocket-node.ts';
import { connectWebSocket } from '../../src/transport/websocket.ts';
import { createAuthority } from './certificates.ts';
import type { Authority, Certificate } from './certificates.ts';
import { listen, record } from './scripted.ts';

let authority: Authority;
let certificate: Certificate; // for localhost
beforeAll(async () => {
  authority = await createAuthority();
  certificate = await authority.issue(['DNS.1 = localhost']);
});
afterAll(() => authority.remove());

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0)) await task();
});

/** A WebSocket server that does `script` with each connection; its URL. */
async function serve(script: (socket: ServerSocket) => void, tls?: Certificate, protocol: string | false = 'xmpp') {
  const http = tls === undefined ? createHttpServer() : createHttpsServer(tls).on('tlsClientError', () => {});
  const server = await listen(http);
  const sockets = new WebSocketServer({
    server: http,
    handleProtocols: (offered) => (offered.has('xmpp') ? protocol : false),
  });
  sockets.on('connection', (socket) => script(socket.on('error', () => {})));
  cleanup.push(server.close);
  return `${tls === undefined ? 'ws' : 'wss'}://localhost:${server.port}/xmpp-websocket`;
}

const failureOf = async (run: Promise<unknown>): Promise<ConnectionError> => {
  const failure = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ConnectionError);
  return failure as ConnectionError;
};

type Connect = (url: string, options?: NodeWebSocketOptions) => Promise<Transport>;
const kinds: [string, Connect][] = [
  ["the platform's WebSocket", connectWebSocket],
  ['ws', connectNodeWebSocket],
];

describe.each(kinds)('%s', (name, connectKind) => {
  const connect: Connect = async (url, options = {}) => {
    const transport = await connectKind(url, { timeout: 3000, ...options });
    cleanup.push(() => transport.destroy());
    return transport;
  };

  test('RFC 7395 §3 carries text frames both ways, one for each write', async () => {
    const frames: string[] = [];
    const url = await serve((socket) =>
      socket.on('message', (data) => {
        frames.push(String(data));
        socket.send(String(data));
      }),
    );
    const transport = await connect(url);
    expect(transport).toMatchObject({ kind: 'websocket', secure: false, tls: undefined });
    expect(transport.startTls).toBeUndefined();
    const seen = record(transport);
    transport.write('<open/>');
    transport.write('ünïcödé 🔑');
    await transport.flushed();
    await seen.until(() => seen.chunks === 2);
    expect(frames).toEqual(['<open/>', 'ünïcödé 🔑']);
    expect(seen.text).toBe('<open/>ünïcödé 🔑');
    transport.end();
    await seen.closed();
    expect(seen.closeError).toBeUndefined();
    transport.write('late');
  });

  test('what comes before listen is kept, in order, the end as well', async () => {
    const url = await serve((socket) => {
      socket.send('<a/>');
      socket.send('<b/>');
      socket.close(1000);
    });
    const transport = await connect(url);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const seen = record(transport);
    await seen.closed();
    expect(seen).toMatchObject({ text: '<a/><b/>', chunks: 2, closes: 1, closeError: undefined });
  });

  test('end closes after what is queued', async () => {
    let received = 0;
    let code = 0;
    const url = await serve((socket) =>
      socket.on('message', (data) => (received += String(data).length)).on('close', (closeCode) => (code = closeCode)),
    );
    const transport = await connect(url);
    const seen = record(transport);
    for (let index = 0; index < 20; index += 1) transport.write('x'.repeat(100_000));
    transport.end();
    await seen.closed();
    expect(received).toBe(2_000_000);
    await expect.poll(() => code).toBe(1000);
  });

  test('RFC 7395 §3.1 without the subprotocol it is not XMPP', async () => {
    const failure = await failureOf(connect(await serve(() => {}, undefined, false)));
    // The platform's own may notice by itself, and then does not tell.
    expect(['protocol', 'unreachable']).toContain(failure.reason);
    if (name === 'ws') expect(failure.reason).toBe('protocol');
  });

  test('RFC 7395 §3.2 a binary frame ends the connection, and nothing after it is delivered', async () => {
    const url = await serve((socket) => {
      socket.send('<a/>');
      socket.send(Buffer.from('<b/>'));
      socket.send('<c/>');
    });
    const seen = record(await connect(url));
    await seen.closed();
    expect(seen).toMatchObject({ text: '<a/>', closes: 1, closeError: { reason: 'protocol' } });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen).toMatchObject({ text: '<a/>', closes: 1 });
  });

  test.each<[number, string | undefined]>([
    [1000, undefined],
    [1001, 'closed'],
    [1008, 'policy'],
    [1009, 'policy'],
    [1011, 'closed'],
    [4000, 'closed'],
  ])('close code %s is %s', async (code, reason) => {
    const seen = record(
      await connect(await serve((socket) => void setTimeout(() => socket.close(code, 'because'), 20))),
    );
    await seen.closed();
    expect((seen.closeError as ConnectionError | undefined)?.reason).toBe(reason);
    if (reason !== undefined) expect(seen.closeError!.message).toContain(`(${code}: because)`);
  });

  test('a connection that breaks off is a reset', async () => {
    const seen = record(await connect(await serve((socket) => void setTimeout(() => socket.terminate(), 20))));
    await seen.closed();
    expect(seen).toMatchObject({ closes: 1, closeError: { reason: 'reset' } });
  });

  test('destroy is no error, and is told once', async () => {
    const transport = await connect(await serve(() => {}));
    const seen = record(transport);
    transport.destroy();
    await seen.closed();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen).toMatchObject({ closes: 1, closeError: undefined });
    await transport.flushed().catch((error: unknown) => expect(error).toBeInstanceOf(ConnectionError));
  });

  test('flushed waits for the buffer', async () => {
    let resume = (): void => {};
    const url = await serve((socket) => {
      socket.pause();
      resume = () => socket.resume();
    });
    const transport = await connect(url);
    for (let index = 0; index < 20; index += 1) transport.write('x'.repeat(1_000_000));
    expect(transport.bufferedAmount).toBeGreaterThan(0);
    let flushed = false;
    const flushing = transport.flushed().then(() => (flushed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(flushed).toBe(false);
    resume();
    await flushing;
    expect(transport.bufferedAmount).toBe(0);
  });

  test('nobody there', async () => {
    const server = await listen(createTcpServer());
    await server.close();
    const failure = await failureOf(connect(`ws://127.0.0.1:${server.port}/`));
    expect(failure.reason).toBe(name === 'ws' ? 'refused' : 'unreachable');
    expect(failure.message).toContain(`127.0.0.1:${server.port}`);
  });

  test('not a WebSocket', async () => {
    const server = await listen(createHttpServer((_, response) => response.writeHead(404).end()));
    cleanup.push(server.close);
    const failure = await failureOf(connect(`ws://127.0.0.1:${server.port}/`));
    expect(failure.reason).toBe(name === 'ws' ? 'protocol' : 'unreachable');
    if (name === 'ws') expect(failure.message).toContain('404');
  });

  test('not a URL', async () => {
    expect((await failureOf(connect('ws://'))).reason).toBe('protocol');
  });

  test('no answer in time, and aborted', async () => {
    const server = await listen(createTcpServer((socket) => socket.resume()));
    cleanup.push(server.close);
    const url = `ws://127.0.0.1:${server.port}/`;
    expect((await failureOf(connect(url, { timeout: 50 }))).reason).toBe('timeout');
    const reason = new Error('changed my mind');
    const before = await failureOf(connect(url, { signal: AbortSignal.abort(reason) }));
    expect(before).toMatchObject({ reason: 'aborted', cause: reason });
    const controller = new AbortController();
    const connecting = failureOf(connect(url, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 30);
    expect(await connecting).toMatchObject({ reason: 'aborted', cause: reason });
  });
});

describe('ws with TLS', () => {
  const connect = async (url: string, options: NodeWebSocketOptions): Promise<Transport> => {
    const transport = await connectNodeWebSocket(url, { timeout: 3000, ...options });
    cleanup.push(() => transport.destroy());
    return transport;
  };

  test("an authority of one's own", async () => {
    const transport = await connect(await serve((socket) => socket.send('<a/>'), certificate), {
      tls: { ca: authority.ca },
    });
    expect(transport).toMatchObject({ secure: true, tls: { protocol: 'TLSv1.3' } });
    expect(transport.tls!.binding('tls-exporter')).toHaveLength(32);
    const seen = record(transport);
    await seen.until(() => seen.text === '<a/>');
  });

  test('XEP-0156 §2.2 rule 1: the certificate may be for the XMPP domain', async () => {
    const url = await serve(() => {}, await authority.issue(['DNS.1 = example.org']));
    const tls = { ca: authority.ca };
    expect((await connect(url, { tls, domain: 'example.org' })).secure).toBe(true);
    const failure = await failureOf(connect(url, { tls, domain: 'example.com' }));
    expect(failure).toMatchObject({
      reason: 'certificate',
      message: expect.stringContaining('not valid for localhost or example.com; it names DNS:example.org'),
    });
    expect((await failureOf(connect(url, { tls }))).reason).toBe('certificate');
  });

  test('a certificate of nobody known: refused', async () => {
    const failure = await failureOf(connect(await serve(() => {}, certificate), {}));
    expect(failure).toMatchObject({ reason: 'certificate', message: expect.stringContaining('--ca FILE') });
    // The platform's own refuses as well; it has no way to say why.
    expect((await failureOf(connectWebSocket(await serve(() => {}, certificate)))).reason).toBe('unreachable');
  });

  test('a frame that is too big ends the connection', async () => {
    const url = await serve((socket) => socket.send('x'.repeat(20_000)));
    const seen = record(await connect(url, { maxFrameBytes: 10_000 }));
    await seen.closed();
    expect(seen).toMatchObject({ chunks: 0, closes: 1 });
    expect(seen.closeError).toBeInstanceOf(ConnectionError);
  });
});

test('without a WebSocket on the platform, the error says so', async () => {
  const kept = globalThis.WebSocket;
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    await expect((async () => connectWebSocket('wss://example.org/'))()).rejects.toThrow('no WebSocket');
  } finally {
    globalThis.WebSocket = kept;
  }
});
