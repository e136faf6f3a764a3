/** XEP-0363 on the embedded server: slots over XMPP, files over HTTP. */
import { rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@xeps/client';
import { createComponent } from '@xeps/component';
import { newId } from '@xeps/core';
import { getDiscoInfo, getDiscoItems, hasFeature } from '@xeps/xep-0030';
import { findUploadService, NS_UPLOAD, requestSlot, uploadFile, uploadSlotQuery } from '@xeps/xep-0363';
import type { CheckedSlot, UploadRequestInput } from '@xeps/xep-0363';
import { describe, expect, onTestFinished, test } from 'vitest';

import { testClock } from '../src/index.ts';
import type { Server, ServerOptions } from '../src/index.ts';
import { connect, startServer } from './harness.ts';
import { signedIn } from './raw.ts';

const listen = { tcp: false, tls: false, https: false, component: false } as const;
const start = (options: ServerOptions = {}): Promise<Server> =>
  startServer({ accounts: ['juliet', 'romeo'], listen, ...options });
const slotFor = (client: Client, request: Partial<UploadRequestInput> = {}): Promise<CheckedSlot> =>
  requestSlot(client, 'upload.localhost', { filename: 'a.txt', size: 5, contentType: 'text/plain', ...request });
const put = (url: string, body: string, type: string | null = 'text/plain'): Promise<Response> =>
  fetch(url, { method: 'PUT', body: Buffer.from(body), headers: type === null ? {} : { 'content-type': type } });
const status = async (response: Promise<Response>): Promise<number> => {
  const { status: found, body } = await response;
  await body?.cancel();
  return found;
};

/** Lets an account have taken a lot of room. */
async function fillUp(client: Client, slots: number): Promise<void> {
  const size = 10 * 1024 * 1024;
  for (let index = 0; index < slots; index++) await slotFor(client, { size });
}

describe('slots', () => {
  test('§3 the service is found, and says what it takes', async () => {
    const server = await start();
    const juliet = await connect(server, 'juliet');
    const service = await findUploadService(juliet);
    expect(String(service.jid)).toBe('upload.localhost');
    expect(service.maxFileSize).toBe(10_485_760);
    expect(service.purposes).toEqual(['message', 'profile', 'ephemeral', 'permanent']);
  });

  test('without HTTP nobody is told of it, and it gives no slots', async () => {
    const server = await start({ listen: false });
    const juliet = await connect(server, 'juliet');
    await expect(findUploadService(juliet)).rejects.toMatchObject({ reason: 'no-service' });
    await expect(slotFor(juliet)).rejects.toMatchObject({ cause: { condition: 'service-unavailable' } });
  });

  test('without the module nobody is there', async () => {
    const server = await start({ without: ['upload'] });
    const juliet = await connect(server, 'juliet');
    const { items } = await getDiscoItems(juliet, { to: 'localhost' });
    expect(items.map(({ jid }) => String(jid))).not.toContain('upload.localhost');
    await expect(slotFor(juliet)).rejects.toMatchObject({ cause: { condition: 'remote-server-not-found' } });
  });

  test.each<[string, Partial<UploadRequestInput>]>([
    ['nothing', { size: 0 }],
    ['no name', { filename: '' }],
    ['the folder itself', { filename: '.' }],
    ['the folder above', { filename: '..' }],
    ['a long name', { filename: 'é'.repeat(128) }],
    ['two types', { contentType: 'image/png, text/html' }],
    ['a type with another header', { contentType: 'image/png\r\nset-cookie: a=b' }],
    ['no type', { contentType: 'picture' }],
  ])('§6 a request for %s is refused', async (_, request) => {
    const juliet = await connect(await start(), 'juliet');
    await expect(slotFor(juliet, request)).rejects.toMatchObject({ cause: { condition: 'bad-request' } });
  });

  test.each([
    "filename='a'",
    "size='1'",
    "filename='a' size='-1'",
    "filename='a' size='many'",
    "filename='a' size='1e3'",
  ])('§4 a request with %s is refused', async (attributes) => {
    const raw = await signedIn(await start(), 'juliet', 'balcony');
    raw.send(`<iq type='get' id='1' to='upload.localhost'><request xmlns='${NS_UPLOAD}' ${attributes}/></iq>`);
    expect(await raw.until(/<\/iq>/)).toContain('<bad-request ');
  });

  test('§6 a file that is too large is refused with what would do', async () => {
    const juliet = await connect(await start(), 'juliet');
    await slotFor(juliet, { size: 10_485_760 });
    await expect(slotFor(juliet, { size: 10_485_761 })).rejects.toMatchObject({
      reason: 'too-large',
      max: 10_485_760,
      cause: { condition: 'not-acceptable', type: 'modify' },
    });
  });

  test('§6 an account has so much room, and is told when to come again', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1));
    const server = await start({ clock });
    const juliet = await connect(server, 'juliet');
    await fillUp(juliet, 25);
    await expect(slotFor(juliet, { size: 10_485_760 })).rejects.toMatchObject({
      reason: 'quota',
      retryAt: new Date(Date.UTC(2026, 0, 2)),
    });
    // Others have theirs.
    await slotFor(await connect(server, 'romeo'), { size: 10_485_760 });
    // §8: a slot that nobody uses is no room that is taken.
    clock.advance(300_000);
    await slotFor(juliet, { size: 10_485_760 });
  });

  test('all accounts together have so much room', async () => {
    const server = await start();
    for (const user of ['juliet', 'romeo']) await fillUp(await connect(server, user), 25);
    const mercutio = await connect(server, 'mercutio');
    await slotFor(mercutio, { size: 10_485_760 });
    await expect(slotFor(mercutio, { size: 10_485_760 })).rejects.toMatchObject({ reason: 'quota' });
  });

  test('who has no account here gets no slot', async () => {
    const server = await start({ listen: { ...listen, component: 0 } });
    const component = createComponent({
      domain: 'bot.localhost',
      secret: server.componentSecret,
      host: '127.0.0.1',
      port: server.ports.component,
    });
    onTestFinished(() => component.stop());
    await component.start();
    for (const from of ['bot.localhost', 'juliet@bot.localhost/balcony']) {
      const asked = component.request(uploadSlotQuery, { filename: 'a', size: 1 }, { from, to: 'upload.localhost' });
      await expect(asked).rejects.toMatchObject({ condition: 'forbidden' });
    }
  });

  test('a feature of the service, and not of the server', async () => {
    const juliet = await connect(await start(), 'juliet');
    expect(hasFeature(await getDiscoInfo(juliet, { to: 'localhost' }), NS_UPLOAD)).toBe(false);
    expect(hasFeature(await getDiscoInfo(juliet, { to: 'upload.localhost' }), NS_UPLOAD)).toBe(true);
  });
});

describe('files', () => {
  test.each(['très cool.txt', `it's (one) of *these*!.txt`, '../../etc/passwd', 'a/b?c#d%2e', '…', 'a\\b'])(
    '§4, §7 %s comes back as it went',
    async (name) => {
      const juliet = await connect(await start(), 'juliet');
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
      const { url } = await uploadFile(juliet, { body: bytes, name, type: 'image/png' });
      expect(new URL(url).pathname.split('/')).toHaveLength(4);
      const response = await fetch(url);
      expect(response.status).toBe(200);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
      expect(response.headers.get('content-type')).toBe('image/png');
      const [, encoded] = /^inline; filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$/.exec(
        response.headers.get('content-disposition')!,
      )!;
      expect(decodeURIComponent(encoded!)).toBe(name);
    },
  );

  test('the head of a file', async () => {
    const juliet = await connect(await start(), 'juliet');
    const { url } = await uploadFile(juliet, { body: Buffer.from('hello'), name: 'a.txt', type: 'text/plain' });
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('5');
    expect(await response.text()).toBe('');
  });

  test('§7 until it has come there is no file, and then it stays what it is', async () => {
    const juliet = await connect(await start(), 'juliet');
    const { putUrl, getUrl } = await slotFor(juliet);
    expect(await status(fetch(getUrl))).toBe(404);
    expect(await status(put(putUrl, 'hello'))).toBe(201);
    expect(await status(put(putUrl, 'other'))).toBe(409);
    expect(await (await fetch(getUrl)).text()).toBe('hello');
  });

  test.each([
    ['more', 'hello!', 'text/plain', 413],
    ['less', 'hell', 'text/plain', 413],
    ['much more', 'x'.repeat(2_000_000), 'text/plain', 413],
    ['another type', 'hello', 'text/html', 415],
  ])('§7 %s than was said is refused, and the slot is still there', async (_, body, type, expected) => {
    const juliet = await connect(await start(), 'juliet');
    const { putUrl, getUrl } = await slotFor(juliet);
    expect(await status(put(putUrl, body, type))).toBe(expected);
    expect(await status(fetch(getUrl))).toBe(404);
    expect(await status(put(putUrl, 'hello'))).toBe(201);
  });

  test('§7 a file of no known length is refused', async () => {
    const juliet = await connect(await start(), 'juliet');
    const { putUrl } = await slotFor(juliet);
    const body = new Blob(['hello']).stream();
    expect(await status(fetch(putUrl, { method: 'PUT', body, duplex: 'half' } as RequestInit))).toBe(411);
  });

  test('§7 a type that was not said before comes with the file', async () => {
    const juliet = await connect(await start(), 'juliet');
    for (const [given, kept] of [
      ['image/png', 'image/png'],
      [null, 'application/octet-stream'],
      ['image/png, text/html', 'application/octet-stream'],
    ] as const) {
      const { putUrl, getUrl } = await slotFor(juliet, { contentType: undefined });
      expect(await status(put(putUrl, 'hello', given))).toBe(201);
      expect((await fetch(getUrl, { method: 'HEAD' })).headers.get('content-type')).toBe(kept);
    }
  });

  test('an upload that breaks off leaves the slot as it was; a second one at the same time is refused', async () => {
    const server = await start();
    const juliet = await connect(server, 'juliet');
    const { putUrl, getUrl } = await slotFor(juliet);
    const upload = httpRequest(putUrl, { method: 'PUT', headers: { 'content-length': 5, 'expect': '100-continue' } });
    upload.on('error', () => {});
    await new Promise<void>((resolve) => upload.once('continue', () => resolve()).flushHeaders());
    upload.write('hel');
    expect(await status(put(putUrl, 'hello'))).toBe(409);
    upload.destroy();
    await expect.poll(() => status(put(putUrl, 'hello'))).toBe(201);
    expect(await (await fetch(getUrl)).text()).toBe('hello');
  });

  test('§8 a slot waits five minutes', async () => {
    const clock = testClock();
    const juliet = await connect(await start({ clock }), 'juliet');
    const [early, late] = [await slotFor(juliet), await slotFor(juliet)];
    clock.advance(299_999);
    expect(await status(put(early.putUrl, 'hello'))).toBe(201);
    clock.advance(1);
    expect(await status(put(late.putUrl, 'hello'))).toBe(404);
    expect(await status(fetch(early.getUrl))).toBe(200);
  });

  test('§5.3 what is ephemeral is gone in time', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1));
    const juliet = await connect(await start({ clock }), 'juliet');
    const expireBefore = new Date(Date.UTC(2026, 0, 2));
    const { url } = await uploadFile(juliet, {
      body: Buffer.from('a story'),
      purpose: { type: 'ephemeral', value: { expireBefore } },
    });
    clock.advance(86_399_999);
    expect(await status(fetch(url))).toBe(200);
    clock.advance(1);
    expect(await status(fetch(url))).toBe(404);
  });

  test.each([
    ['image/png', 'inline'],
    ['video/mp4', 'inline'],
    ['audio/ogg', 'inline'],
    ['text/plain', 'inline'],
    ['text/plain; charset=utf-8', 'inline'],
    ['text/html', 'attachment'],
    ['image/svg+xml', 'attachment'],
    ['image/SVG+xml', 'attachment'],
    ['application/xhtml+xml', 'attachment'],
    ['text/javascript', 'attachment'],
    ['application/pdf', 'attachment'],
    ['text/plainer', 'attachment'],
  ])('§9.1 %s is %s, and runs nowhere', async (type, disposition) => {
    const juliet = await connect(await start(), 'juliet');
    const { url } = await uploadFile(juliet, { body: Buffer.from('<script>alert(1)</script>'), name: 'x', type });
    const { headers } = await fetch(url, { method: 'HEAD' });
    expect(headers.get('content-disposition')).toBe(`${disposition}; filename*=UTF-8''x`);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
  });

  test('§8 pages of any origin may put and get', async () => {
    const juliet = await connect(await start(), 'juliet');
    const { putUrl } = await slotFor(juliet);
    const asked = await fetch(putUrl, { method: 'OPTIONS' });
    expect(asked.status).toBe(200);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(asked.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type, Cookie');
    for (const response of [asked, await put(putUrl, 'hello'), await fetch(putUrl), await fetch(`${putUrl}x`)])
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('other paths, and other ways to write the same', async () => {
    const server = await start();
    const juliet = await connect(server, 'juliet');
    const { url } = await uploadFile(juliet, { body: Buffer.from('hello'), name: 'a b.txt' });
    const id = new URL(url).pathname.split('/')[2]!;
    const base = `http://localhost:${server.ports.http}/upload/`;
    expect(await status(fetch(`${base}${id}/%61%20b.txt`))).toBe(200);
    for (const path of [
      '',
      id,
      `${id}/`,
      `${id}/c.txt`,
      `${id}/a%20b.txt/`,
      `${id}/a%20b.txt/x`,
      `${id}/%zz`,
      `${id}/..%2f${id}`,
      `${newId()}/a%20b.txt`,
    ])
      expect(await status(fetch(base + path)), path).toBe(404);
    expect(await status(fetch(url, { method: 'DELETE' }))).toBe(405);
    expect(await (await fetch(url)).text()).toBe('hello');
  });
});

test('files go with their account', async () => {
  const server = await start();
  const juliet = await connect(server, 'juliet');
  const romeo = await connect(server, 'romeo');
  const { url } = await uploadFile(juliet, { body: Buffer.from('hers') });
  const { url: other } = await uploadFile(romeo, { body: Buffer.from('his') });
  server.removeAccount('juliet');
  expect(await status(fetch(url))).toBe(404);
  expect(await (await fetch(other)).text()).toBe('his');
});

test('files are in the file, slots are not', async () => {
  const file = join(tmpdir(), `xeps-upload-${newId()}.sqlite`);
  onTestFinished(async () => {
    for (const end of ['', '-wal', '-shm']) await rm(file + end, { force: true });
  });
  const first = await start({ file });
  const juliet = await connect(first, 'juliet');
  const { url } = await uploadFile(juliet, { body: Buffer.from('hello'), name: 'é.txt', type: 'text/plain' });
  const { putUrl } = await slotFor(juliet);
  await juliet.stop();
  await first.stop();

  const second = await start({ file, accounts: [] });
  const here = (address: string): string => address.replace(/:\d+/, `:${second.ports.http}`);
  const response = await fetch(here(url));
  expect(response.headers.get('content-type')).toBe('text/plain');
  expect(await response.text()).toBe('hello');
  expect(await status(put(here(putUrl), 'hello'))).toBe(404);
});
