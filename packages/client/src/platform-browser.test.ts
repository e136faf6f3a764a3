import { afterEach, expect, test, vi } from 'vitest';
import { browserPlatform } from './platform-browser.ts';

const gone = (): never => {
  throw new TypeError('Failed to fetch dynamically imported module');
};
afterEach(() => {
  vi.doUnmock('./password-sign-in.ts');
  vi.doUnmock('./discovery/discover.ts');
  vi.resetModules();
});

test.each([
  ['what signs in by password', () => browserPlatform.passwordSignIn()],
  [
    'what finds endpoints',
    async () => {
      const options = { signal: new AbortController().signal, cache: new Map() };
      for await (const group of browserPlatform.discover('example.org', options)) return group;
      return undefined;
    },
  ],
])('%s can’t be loaded: the error says what to do, and trying again may help', async (_, load) => {
  vi.doMock('./password-sign-in.ts', gone);
  vi.doMock('./discovery/discover.ts', gone);
  await expect(load()).rejects.toMatchObject({
    name: 'ConnectionError',
    reason: 'unreachable',
    message: expect.stringContaining('reload the page') as string,
    cause: expect.anything() as unknown,
  });
});

test('it is loaded when it is asked for', async () => {
  expect(await browserPlatform.passwordSignIn()).toBeTypeOf('function');
});
