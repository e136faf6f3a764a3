import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DisconnectedError, StanzaError, TimeoutError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { CodecError, integer } from '@xeps/core/schema';
import { parseJid } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { oneValue, resultForm } from '@xeps/xep-0004';
import { discoInfoQuery, discoItemsQuery } from '@xeps/xep-0030';
import type { DiscoInfoInput } from '@xeps/xep-0030';
import { afterEach, expect, it } from 'vitest';
import {
  allowedHeaders,
  checkUrl,
  fileTooLarge,
  findUploadService,
  httpUpload,
  NS_UPLOAD,
  requestSlot,
  UploadError,
  uploadFile,
  uploadRequest,
  uploadRetry,
  uploadSlot,
  uploadSlotQuery,
} from './index.ts';

it.each([
  `<request xmlns="${NS_UPLOAD}" filename="très cool.jpg" size="23456" content-type="image/jpeg"/>`,
  `<request xmlns="${NS_UPLOAD}" filename="a" size="1"><ephemeral xmlns="urn:xmpp:http:upload:purpose:0" expire-before="2025-09-10T23:08:25Z"/></request>`,
])('§4, §5 %s round-trips', (text) => {
  const { input, output } = roundTrip(uploadRequest, text);
  expect(output).toBe(input);
});

it.each([
  `<slot xmlns="${NS_UPLOAD}"><put url="https://a.example/1"/></slot>`,
  `<slot xmlns="${NS_UPLOAD}"><put/><get url="https://a.example/1"/></slot>`,
  `<slot xmlns="${NS_UPLOAD}"><put url="1"/><get url="https://a.example/1"/></slot>`,
])('§4 %s is broken', (text) => {
  expect(() => uploadSlot.decode(xml(text))).toThrow(CodecError);
});

it('§4, §9.2 lets through three headers and no newline', () => {
  const filtered = allowedHeaders([
    { name: 'Authorization', value: 'Basic Base64String==' },
    { name: 'Host', value: 'evil.example' },
    { name: 'X-Forwarded-For', value: '::1' },
    { name: 'cOOkie', value: 'a=1\r\nHost: evil.example' },
    { name: 'Cookie', value: 'b=2' },
    { name: 'Exp\nires', value: ' never ' },
    { name: 'Content-Length', value: '0' },
    { name: 'Cookie: a\r\nHost', value: 'x' },
  ]);
  expect(filtered).toEqual([
    ['Authorization', 'Basic Base64String=='],
    ['cOOkie', 'a=1Host: evil.example'],
    ['Cookie', 'b=2'],
    ['Expires', 'never'],
  ]);
  expect(() => allowedHeaders([{ name: 'Cookie', value: 'a\u2028b' }])).toThrow(UploadError);
});

it.each([
  'http://upload.example/a',
  'http://localhost.evil.example/',
  'http://127.0.0.1.evil.example/',
  'file:///etc/passwd',
  'ftp://a.example/',
  'javascript:alert(1)',
  'https://user:pass@a.example/',
])('§4 does not send anything to %s', (url) => {
  expect(() => checkUrl(url)).toThrow(expect.objectContaining({ reason: 'insecure-url' }) as Error);
});

it.each([
  ['https://a.example/très cool.jpg', 'https://a.example/tr%C3%A8s%20cool.jpg'],
  ['http://localhost:5280/a', 'http://localhost:5280/a'],
  ['http://127.0.0.1/a', 'http://127.0.0.1/a'],
  ['http://[::1]:80/a', 'http://[::1]/a'],
])('§4 may send to %s', (url, href) => {
  expect(checkUrl(url)).toBe(href);
});

const upload = parseJid('upload.montague.lit');
const info = (max?: number): DiscoInfoInput => ({
  identities: [{ category: 'store', type: 'file' }],
  features: [NS_UPLOAD, 'urn:xmpp:http:upload:purpose:0#profile'],
  forms: max === undefined ? [] : [resultForm(NS_UPLOAD, { max: oneValue(integer(), 'max-file-size') }, { max })],
});

/** A server with some items, one of which takes uploads. */
function serve(server: Session, service: DiscoInfoInput | undefined = info(1000), asked: string[] = []): string[] {
  server.handle(discoItemsQuery, () => ({
    items: [{ jid: parseJid('muc.montague.lit') }, { jid: upload }, { jid: parseJid('silent.montague.lit') }],
  }));
  server.handle(discoInfoQuery, (_request, { stanza }) => {
    const to = String(stanza.attrs['to']);
    asked.push(to);
    if (to === 'silent.montague.lit') return new Promise<never>(() => undefined);
    if (to === String(upload) && service !== undefined) return service;
    if (to === 'muc.montague.lit') throw new StanzaError('internal-server-error');
    return { identities: [{ category: 'server', type: 'im' }] };
  });
  return asked;
}

it('§3 finds the service among the server’s items, whatever the others do, once a session', async () => {
  const { client, server, restart } = link();
  const asked = serve(server);
  const { service } = client.use(httpUpload);
  expect(await service()).toEqual({ jid: upload, maxFileSize: 1000, purposes: ['profile'] });
  await service();
  expect(asked).toHaveLength(4);
  restart();
  await service();
  expect(asked).toHaveLength(8);
});

it('§3 the server itself may be the service, also one whose limit can’t be read', async () => {
  const { client, server } = link();
  server.handle(discoInfoQuery, () => ({
    features: [NS_UPLOAD],
    forms: [resultForm(NS_UPLOAD, { 'max-file-size': integer(-9) }, { 'max-file-size': -1 })],
  }));
  const found = await findUploadService(client);
  expect({ ...found, jid: String(found.jid) }).toEqual({ jid: 'montague.lit', purposes: [] });
});

it('§3 says that there is none, or that nobody could be asked', async () => {
  const none = link();
  serve(none.server, { features: [] });
  await expect(findUploadService(none.client, { timeout: 20 })).rejects.toMatchObject({ reason: 'no-service' });
  const lost = link();
  lost.server.handle(discoInfoQuery, () => new Promise<never>(() => undefined));
  const looking = findUploadService(lost.client);
  await lost.settle();
  lost.restart();
  await expect(looking).rejects.toBeInstanceOf(DisconnectedError);
  const silent = link();
  silent.server.handle(discoInfoQuery, () => new Promise<never>(() => undefined));
  await expect(findUploadService(silent.client, { timeout: 10 })).rejects.toBeInstanceOf(TimeoutError);
  await expect(findUploadService(silent.client, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
    'enough',
  );
});

it.each([
  [
    'too-large',
    new StanzaError('not-acceptable', { application: [fileTooLarge.encode({ maxFileSize: 20000 })] }),
    { max: 20000 },
  ],
  [
    'too-large',
    new StanzaError('not-acceptable', {
      application: [xml(`<file-too-large xmlns="${NS_UPLOAD}"><max-file-size>many</max-file-size></file-too-large>`)],
    }),
    { max: undefined },
  ],
  [
    'quota',
    new StanzaError('resource-constraint', {
      application: [uploadRetry.encode({ stamp: new Date('2017-12-03T23:42:05Z') })],
    }),
    { retryAt: new Date('2017-12-03T23:42:05Z') },
  ],
  ['quota', new StanzaError('resource-constraint'), { retryAt: undefined }],
  ['slot', new StanzaError('forbidden', { text: 'Only premium members' }), {}],
] as const)('§6 an error of the service reads as %s', async (reason, error, details) => {
  const { client, server } = link();
  server.handle(uploadSlotQuery, () => {
    throw error;
  });
  const asked = requestSlot(client, upload, { filename: 'a.jpg', size: 23456 });
  await expect(asked).rejects.toMatchObject({ name: 'UploadError', reason, ...details });
  await expect(asked).rejects.toThrow(/a\.jpg/);
});

it('§4 an insecure slot is refused, and a slot from somebody else is not believed', async () => {
  const { client, server, inject, wire } = link();
  server.handle(uploadSlotQuery, ({ filename }) =>
    filename === 'silent'
      ? new Promise<never>(() => undefined)
      : { put: { url: 'https://a.example/' }, get: { url: 'http://a.example/' } },
  );
  await expect(requestSlot(client, upload, { filename: 'a', size: 1 })).rejects.toMatchObject({
    reason: 'insecure-url',
  });
  const asked = requestSlot(client, upload, { filename: 'silent', size: 1 }, { timeout: 20 });
  const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
  inject(
    `<iq type='result' id='${id}' from='mallory@evil.example'><slot xmlns='${NS_UPLOAD}'><put url='https://evil.example/'/><get url='https://evil.example/'/></slot></iq>`,
  );
  await expect(asked).rejects.toBeInstanceOf(TimeoutError);
});

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A web server on this machine, and a session whose upload service gives out slots of it. */
async function web(
  respond: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void = (_request, response) =>
    response.writeHead(201).end(),
) {
  const got: { headers: IncomingMessage['headers']; body: Buffer }[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks) });
      respond(request, response, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    http.closeAllConnections();
    http.close();
  });
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const joined = link();
  serve(joined.server, info(5_000_000));
  const requested: unknown[] = [];
  joined.server.handle(uploadSlotQuery, (request) => {
    requested.push(request);
    return {
      put: {
        url: `${base}/put`,
        headers: [
          { name: 'Authorization', value: 'Basic x' },
          { name: 'Cookie', value: 'a=1' },
          { name: 'Cookie', value: 'b=2' },
          { name: 'X-Evil', value: '1' },
        ],
      },
      get: { url: `${base}/get/${encodeURIComponent(request.filename)}` },
    };
  });
  return { ...joined, got, requested, base };
}

const big = new Uint8Array(1_000_000).map((_byte, i) => i % 251);
const stream = (bytes: Uint8Array<ArrayBuffer>, part = 50_000): ReadableStream<Uint8Array<ArrayBuffer>> => {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += part)));
    },
  });
};

it.each([
  ['bytes', () => ({ body: big }), false],
  ['bytes, with progress', () => ({ body: big }), true],
  ['a Blob', () => ({ body: new Blob([big], { type: 'image/png' }) }), false],
  ['a File, with progress', () => ({ body: new File([big], 'très cool.png', { type: 'image/png' }) }), true],
  ['a stream', () => ({ body: stream(big), size: big.length }), false],
  ['a stream, with progress', () => ({ body: stream(big), size: big.length, type: 'image/png' }), true],
] as const)('§7 uploads %s with its length, its type and the allowed headers', async (_what, file, progress) => {
  const { client, got, requested, base } = await web();
  const told: number[] = [];
  const given = { name: 'a b.png', ...file() };
  const { url, size, type } = await uploadFile(
    client,
    given,
    progress ? { onProgress: (sent, all) => void told.push(sent / all) } : {},
  );
  expect(url).toBe(`${base}/get/a%20b.png`);
  expect(size).toBe(1_000_000);
  expect(got[0]!.body.equals(big)).toBe(true);
  expect(got[0]!.headers).toMatchObject({
    'content-length': '1000000',
    'content-type': type,
    'authorization': 'Basic x',
  });
  expect(got[0]!.headers.cookie).toMatch(/^a=1[,;] b=2$/);
  expect(got[0]!.headers).not.toHaveProperty('x-evil');
  expect(got[0]!.headers).not.toHaveProperty('transfer-encoding');
  expect(requested).toEqual([{ filename: 'a b.png', size: 1_000_000, contentType: type }]);
  if (progress) {
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  }
});

it('§3 a file that is too large is not asked for; a stream must know its size', async () => {
  const { client, requested } = await web();
  await expect(uploadFile(client, { body: stream(big), size: 5_000_001 })).rejects.toMatchObject({
    reason: 'too-large',
    max: 5_000_000,
  });
  await expect(uploadFile(client, { body: stream(big) })).rejects.toMatchObject({ reason: 'size' });
  await expect(uploadFile(client, { body: big, size: 1 })).rejects.toMatchObject({ reason: 'size' });
  expect(requested).toEqual([]);
});

it.each([999_999, 1_000_001])('§7 a stream that has not the %i bytes that were announced is an error', async (size) => {
  const { client, got } = await web();
  await expect(uploadFile(client, { body: stream(big), size })).rejects.toMatchObject({ reason: 'size' });
  expect(got).toEqual([]);
});

it('§7 says what the web server answered', async () => {
  const refused = await web((_request, response) => response.writeHead(413).end('no'));
  await expect(uploadFile(refused.client, { body: big })).rejects.toMatchObject({ reason: 'http', status: 413 });
  const broken = await web((request) => request.socket.destroy());
  await expect(uploadFile(broken.client, { body: big })).rejects.toMatchObject({ reason: 'network' });
});

it('does not follow the web server elsewhere with the user’s file', async () => {
  const elsewhere = await web();
  const { client } = await web((_request, response) =>
    response.writeHead(307, { location: `${elsewhere.base}/put` }).end(),
  );
  await expect(uploadFile(client, { body: big })).rejects.toMatchObject({ reason: 'network' });
  expect(elsewhere.got).toEqual([]);
});

it('stops when told to', async () => {
  const { client } = await web(() => undefined);
  const stop = new AbortController();
  const uploading = uploadFile(
    client,
    { body: big },
    { signal: stop.signal, onProgress: (sent, size) => void (sent === size && stop.abort(new Error('enough'))) },
  );
  await expect(uploading).rejects.toThrow('enough');
});

it('takes another service, fetch or way of putting', async () => {
  const { client } = await web();
  const put: string[] = [];
  const { url } = await uploadFile(
    client,
    { body: big, name: 'x' },
    { put: (request) => (put.push(request.url), Promise.resolve(200)) },
  );
  expect(put).toEqual([url.replace('/get/x', '/put')]);
  const fetched: unknown[] = [];
  await uploadFile(
    client,
    { body: big },
    {
      fetch: (input, init) => (fetched.push(init?.redirect), fetch(input, init)),
      service: { jid: upload, purposes: [] },
    },
  );
  expect(fetched).toEqual(['error']);
});
