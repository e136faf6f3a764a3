import { afterEach, expect, test, vi } from 'vitest';
import { browserPlatform } from '../src/platform-browser.ts';

afterEach(() => void vi.unstubAllGlobals());

/** What of a page tells that the machine is back. */
function page(withDocument = true) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const navigator = { onLine: true };
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  vi.stubGlobal('document', withDocument ? document : undefined);
  vi.stubGlobal('navigator', navigator);
  const heard: boolean[] = [];
  const stop = browserPlatform.onWake!((online) => heard.push(online));
  return {
    heard,
    stop,
    goes(onLine: boolean) {
      navigator.onLine = onLine;
      window.dispatchEvent(new Event(onLine ? 'online' : 'offline'));
    },
    becomes(state: 'visible' | 'hidden') {
      document.visibilityState = state;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  };
}

test('a page that comes back to the network, or to the front, is online; one that loses the network is not', () => {
  const { heard, goes, becomes, stop } = page();
  goes(false);
  expect(heard).toEqual([false]);
  becomes('hidden');
  expect(heard).toEqual([false]);
  // In front again, but still without a network: a connection is looked at, a pause is not ended.
  becomes('visible');
  expect(heard).toEqual([false, false]);
  goes(true);
  becomes('visible');
  expect(heard).toEqual([false, false, true, true]);
  stop();
  goes(false);
  goes(true);
  becomes('visible');
  expect(heard).toHaveLength(4);
});

test('a worker has no document', () => {
  const { heard, goes, stop } = page(false);
  goes(true);
  stop();
  goes(true);
  expect(heard).toEqual([true]);
});

test('by TCP a browser can’t connect, and says so', async () => {
  const endpoint = { kind: 'tcp', host: 'example.org', port: 5222, directTls: true } as const;
  await expect(browserPlatform.connect(endpoint, { domain: 'example.org', tls: undefined })).rejects.toMatchObject({
    reason: 'protocol',
    message: expect.stringContaining('wss://') as string,
  });
});
