import { describe, expect, test } from 'vitest';
import { findAlternativeConnections, HostMetaError } from './index.ts';
import type { Fetch } from './index.ts';

const xml = (...links: string[]): string =>
  `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${links.join('')}</XRD>`;
const link = (kind: string, href: string): string => `<Link rel="urn:xmpp:alt-connections:${kind}" href="${href}"/>`;
const websocket = { kind: 'websocket', url: 'wss://web.example.com/ws' };
const none = (): Response => new Response('', { status: 404 });

/** A web made of what each URL answers; others are not there. Keeps what was asked, and how. */
function web(answers: Record<string, (init: RequestInit) => Response | Promise<Response>>) {
  const asked: string[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push(url);
    expect(init).toMatchObject({ credentials: 'omit', redirect: 'manual' });
    return (answers[url] ?? none)(init);
  };
  return { asked, fetch };
}

const META = 'https://example.com/.well-known/host-meta';

describe('§2.2 findAlternativeConnections', () => {
  test('asks both files over HTTPS and merges them', async () => {
    const { asked, fetch } = web({
      [META]: () => new Response(xml(link('websocket', 'wss://web.example.com:443/ws'))),
      [`${META}.json`]: () =>
        Response.json({
          links: [
            { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://web.example.com/ws' },
            { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://web.example.com:5280/bosh' },
          ],
        }),
    });
    expect(await findAlternativeConnections('example.com', { fetch })).toEqual([
      websocket,
      { kind: 'bosh', url: 'https://web.example.com:5280/bosh' },
    ]);
    expect(asked.toSorted()).toEqual([META, `${META}.json`]);
  });

  test.each(['host-meta', 'host-meta.json'])('%s alone is enough, whatever is wrong with the other', async (name) => {
    const good =
      name === 'host-meta'
        ? xml(link('websocket', websocket.url))
        : JSON.stringify({
            links: [{ rel: 'urn:xmpp:alt-connections:websocket', href: websocket.url }],
          });
    for (const other of [none, () => new Response('<broken'), () => Promise.reject(new TypeError('no route'))]) {
      const { fetch } = web({
        [META]: name === 'host-meta' ? () => new Response(good) : other,
        [`${META}.json`]: name === 'host-meta' ? other : () => new Response(good),
      });
      expect(await findAlternativeConnections('example.com', { fetch })).toEqual([websocket]);
    }
  });

  test('neither file: nothing, and no error', async () => {
    expect(await findAlternativeConnections('example.com', web({}))).toEqual([]);
  });

  const reasonOf = async (run: Promise<unknown>): Promise<string> => {
    const failure = await run.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(HostMetaError);
    return (failure as HostMetaError).reason;
  };
  const withAnswer = (answer: (init: RequestInit) => Response | Promise<Response>) =>
    reasonOf(findAlternativeConnections('example.com', web({ [META]: answer })));

  test('what goes wrong has a reason', async () => {
    expect(await withAnswer(() => Promise.reject(new TypeError('fetch failed')))).toBe('unreachable');
    expect(await withAnswer(() => new Response('', { status: 500 }))).toBe('status');
    expect(await withAnswer(() => new Response('<html></html>'))).toBe('malformed');
    expect(await withAnswer(() => new Response('not xml'))).toBe('malformed');
    expect(await withAnswer(() => new Response(Uint8Array.of(0x3c, 0xff, 0xfe)))).toBe('malformed');
  });

  test('a file is not read beyond 64 KiB', async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            pulled += 1;
            controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
          },
          cancel() {
            cancelled = true;
          },
        }),
      );
    expect(await withAnswer(endless)).toBe('too-large');
    expect(cancelled).toBe(true);
    expect(pulled).toBeLessThan(10);
    const fits = xml(link('websocket', websocket.url)).padEnd(64 * 1024);
    expect(await findAlternativeConnections('example.com', web({ [META]: () => new Response(fits) }))).toHaveLength(1);
  });

  const never = (init: RequestInit): Promise<Response> =>
    new Promise((_, reject) => init.signal!.addEventListener('abort', () => reject(init.signal!.reason)));

  test('it ends in time', async () => {
    const { fetch } = web({ [META]: never });
    expect(await reasonOf(findAlternativeConnections('example.com', { fetch, timeout: 20 }))).toBe('timeout');
  });

  test("it ends when aborted, with the signal's reason", async () => {
    const { fetch } = web({ [META]: never, [`${META}.json`]: never });
    const reason = new Error('changed my mind');
    await expect(findAlternativeConnections('example.com', { fetch, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const running = findAlternativeConnections('example.com', { fetch, signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });

  describe('redirects', () => {
    const to =
      (location: string, status = 302) =>
      () =>
        new Response(null, { status, headers: { location } });

    test('are followed over HTTPS, relative ones too', async () => {
      const { fetch } = web({
        [META]: to('https://www.example.com/a'),
        'https://www.example.com/a': to('/b', 308),
        'https://www.example.com/b': () => new Response(xml(link('websocket', websocket.url))),
      });
      expect(await findAlternativeConnections('example.com', { fetch })).toEqual([websocket]);
    });

    test('never over HTTP, not even on this machine', async () => {
      for (const target of [
        'http://example.com/x',
        'http://127.0.0.1/x',
        'ftp://example.com/',
        'data:text/xml,<XRD/>',
      ]) {
        const { asked, fetch } = web({ [META]: to(target) });
        expect(await reasonOf(findAlternativeConnections('example.com', { fetch }))).toBe('redirect');
        expect(asked).toHaveLength(2);
      }
    });

    test('not without end, and not to nowhere', async () => {
      const { asked, fetch } = web({ [META]: to(META) });
      expect(await reasonOf(findAlternativeConnections('example.com', { fetch }))).toBe('redirect');
      expect(asked.length).toBeLessThan(10);
      expect(await withAnswer(() => new Response(null, { status: 302 }))).toBe('redirect');
    });

    test('in browsers, which hide them: the last address must be HTTPS', async () => {
      const browser =
        (last: string): Fetch =>
        async (_, init) => {
          const response = new Response(xml(link('websocket', websocket.url)));
          const shown = init.redirect === 'manual' ? { type: 'opaqueredirect', status: 0, ok: false } : { url: last };
          return Object.defineProperties(
            response,
            Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, { value }])),
          );
        };
      expect(
        await findAlternativeConnections('example.com', { fetch: browser('https://www.example.com/') }),
      ).toHaveLength(1);
      expect(
        await reasonOf(findAlternativeConnections('example.com', { fetch: browser('http://www.example.com/') })),
      ).toBe('redirect');
    });
  });

  test.each(['example.com/path', 'user@example.com', 'example.com?x', 'example.com#x', 'exa mple.com', '', 'a\\b'])(
    '%j is not a domain to ask',
    async (domain) => {
      const { asked, fetch } = web({});
      await expect(findAlternativeConnections(domain, { fetch })).rejects.toBeInstanceOf(HostMetaError);
      expect(asked).toEqual([]);
    },
  );

  test('plain HTTP is for this machine only, asked for by name', async () => {
    const origin = 'http://localhost:5280';
    const { fetch } = web({
      [`${origin}/.well-known/host-meta`]: () => new Response(xml(link('websocket', 'ws://localhost:5280/ws'))),
    });
    expect(await findAlternativeConnections('localhost', { fetch, origin })).toEqual([
      { kind: 'websocket', url: 'ws://localhost:5280/ws' },
    ]);
    await expect(findAlternativeConnections('example.com', { fetch, origin })).rejects.toThrow(
      'an https: address is needed',
    );
    await expect(findAlternativeConnections('localhost', { fetch, origin: 'http://example.com' })).rejects.toThrow(
      'https',
    );
  });
});
