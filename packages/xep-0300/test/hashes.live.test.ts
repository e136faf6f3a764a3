import { describeLive, signIn } from '@xeps/live';
import { sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { computeHashes, hash, hashes, NS_HASH_FUNCTION, NS_HASHES, verifyHashes } from '../src/index.ts';
import type { Hash } from '../src/index.ts';

describeLive('XEP-0300', (server, transport) => {
  test('§3, §5 hashes reach another client, which supports them, and vouch for the data', async () => {
    const [romeo, juliet] = await Promise.all([
      signIn(server, transport, { prefix: 'romeo' }),
      signIn(server, transport, { prefix: 'juliet', prepare: (client) => client.use(hashes) }),
    ]);
    const { features } = await getDiscoInfo(romeo, { to: juliet.jid });
    expect(features).toEqual(expect.arrayContaining([NS_HASHES, `${NS_HASH_FUNCTION}:sha3-256`]));

    const data = new TextEncoder().encode('a file');
    const came = new Promise<Hash[]>(
      (resolve) => void juliet.on('message', (message) => resolve(hash.findAll(message))),
    );
    const own = await computeHashes(data, ['sha-256', 'sha3-256', 'blake2b-256']);
    await sendMessage(romeo, { to: juliet.jid, payloads: own.map((one) => hash.encode(one)) });
    const got = await came;
    expect(got).toEqual(own);
    expect(await verifyHashes(data, got)).toBe('match');
    expect(await verifyHashes(data.slice(1), got)).toBe('mismatch');
  });
});
