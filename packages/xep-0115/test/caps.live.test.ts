import { createClient } from '@xeps/client';
import type { Client, ClientOptions } from '@xeps/client';
import { Element } from '@xeps/core';
import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { disco, discoInfoQuery } from '@xeps/xep-0030';
import { afterEach, expect, test, vi } from 'vitest';
import { capabilities, caps, verificationString, verifyInfo } from '../src/index.ts';

describeLive('@xeps/xep-0115', (server, transport) => {
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });

  async function signIn({ user, password }: Account, modules: ClientOptions['modules'] = []): Promise<Client> {
    const service = transport === 'tcp' ? `xmpp://${server.host}:${server.ports.c2s}` : server.ws;
    const client = createClient({
      jid: `${user}@${server.domain}`,
      password,
      tls: { ca: server.caPem },
      allowInsecure: true,
      modules,
      service,
    });
    clients.push(client);
    client.use(caps);
    await client.start();
    return client;
  }
  const available = (): Element => new Element('presence', { xmlns: 'jabber:client' });

  test('§6.1, §6.2 two sessions of an account see each other’s features, and their change', async () => {
    const who = await account(server);
    const [watching, announcing] = [await signIn(who), await signIn(who)];
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
    const peek = {
      name: 'peek',
      negotiate(offered: Element): 'skip' {
        features = offered;
        return 'skip';
      },
    };
    const client = await signIn(await account(server), [peek]);
    const announced = capabilities.find(features!)!;
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
