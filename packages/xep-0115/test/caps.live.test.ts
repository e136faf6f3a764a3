import { Element } from '@xeps/core';
import { account, describeLive, signIn } from '@xeps/live';
import type { Client, SignInOptions } from '@xeps/live';
import { disco, discoInfoQuery } from '@xeps/xep-0030';
import { expect, test, vi } from 'vitest';
import { capabilities, caps, verificationString, verifyInfo } from '../src/index.ts';

describeLive('@xeps/xep-0115', (server, transport) => {
  const open = (options?: SignInOptions): Promise<Client> =>
    signIn(server, transport, { ...options, prepare: (client) => client.use(caps) });
  const available = (): Element => new Element('presence', { xmlns: 'jabber:client' });

  test('§6.1, §6.2 two sessions of an account see each other’s features, and their change', async () => {
    const who = await account(server);
    const [watching, announcing] = [await open({ account: who }), await open({ account: who })];
    const theirs = watching.use(caps);
    await watching.send(available());
    await announcing.send(available());
    await vi.waitFor(() => expect(theirs.announced(announcing.jid)).toEqual(announcing.use(caps).own()), {
      timeout: 5000,
    });
    expect(await theirs.supports(announcing.jid, 'urn:example:moonlight')).toBe(false);
    const before = theirs.announced(announcing.jid);

    announcing.use(disco).addFeature('urn:example:moonlight');
    await vi.waitFor(() => expect(theirs.announced(announcing.jid)).not.toEqual(before), { timeout: 5000 });
    expect(await theirs.supports(announcing.jid, 'urn:example:moonlight')).toBe(true);
  });

  test('§6.3, §5.4 the server’s announcement in its stream features is what its information gives', async () => {
    let features: Element | undefined;
    const look = (offered: Element): void => {
      if (capabilities.find(offered) !== undefined) features = offered;
    };
    const peek = {
      name: 'peek',
      negotiate(offered: Element): 'skip' {
        look(offered);
        return 'skip';
      },
      // After XEP-0388 they come when the client is online already.
      element(element: Element): boolean {
        look(element);
        return false;
      },
    };
    const client = await open({ client: { modules: [peek] } });
    const announced = await vi.waitFor(() => capabilities.find(features!)!, { timeout: 5_000 });
    expect(announced.hash).toBe('sha-1');
    const info = await client.request(discoInfoQuery, {}, { to: server.domain });
    expect(await verificationString(info)).toBe(announced.ver);

    const known = client.use(caps);
    known.learn(server.domain, features!);
    const first = await known.of(server.domain);
    expect(first).toEqual(await verifyInfo(info, announced));
    expect(await known.of(server.domain)).toBe(first);
  });
});
