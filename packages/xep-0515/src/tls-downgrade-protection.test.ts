import { SaslError } from '@xeps/stream';
import type { SaslOffer, StreamContext, TlsChannel } from '@xeps/stream';
import { expect, test } from 'vitest';
import { tlsDowngradeProtection } from './tls-downgrade-protection.ts';

/** Compares with what the server's first message says. */
async function check(tls: TlsChannel | undefined, attributes: Record<string, string>): Promise<void> {
  const stream = { domain: 'example.org', tls } as StreamContext;
  const { checks } = tlsDowngradeProtection().offered!({} as SaslOffer, stream)!;
  expect(checks).toHaveLength(1);
  await checks![0]!(new Map(Object.entries(attributes)), 'SHA-256');
}

const channel = (protocol?: string): TlsChannel => ({ protocol, binding: () => undefined });

test.each([
  ['TLSv1.3', '0304'],
  ['TLSv1.2', '0303'],
])('§4.1 %s is %s', async (protocol, t) => {
  await check(channel(protocol), { t });
});

test('§4.2 none, or nothing to compare with: nothing is said', async () => {
  await check(channel('TLSv1.3'), {});
  await check(channel(undefined), { t: '0303' });
  await check(channel('TLSv9'), { t: '0303' });
  await check(undefined, { t: '0303' });
});

test.each([
  ['TLSv1.3', '0303'],
  ['TLSv1.2', '0304'],
  ['TLSv1.3', '0305'],
  ['TLSv1.3', ''],
  ['TLSv1.3', '304'],
])('§4.2 %s here, %s there: refused', async (protocol, t) => {
  const failure = check(channel(protocol), { t });
  await expect(failure).rejects.toBeInstanceOf(SaslError);
  await expect(failure).rejects.toMatchObject({
    condition: 'downgrade',
    message: expect.stringMatching(/^example\.org .*somebody in between.*Try another network/) as string,
  });
});
