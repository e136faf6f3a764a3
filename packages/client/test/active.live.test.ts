import { createClient } from '@xeps/client';
import type { Client, NodeClientOptions } from '@xeps/client';
import { Element } from '@xeps/core';
import { account, describeLive } from '@xeps/servers/live';
import { startProxy } from '@xeps/servers/proxy';
import { afterEach, expect, test } from 'vitest';
import { next, until } from './harness.ts';

const chatState = (to: string, name: string): Element =>
  new Element('message', { to, type: 'chat' }).c(name, { xmlns: 'http://jabber.org/protocol/chatstates' }).up();
const text = (to: string, body: string): Element =>
  new Element('message', { to, type: 'chat', id: body }).c('body').t(body).up();

describeLive('XEP-0352 a client that nobody looks at', (server, transport) => {
  const clients: Client[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });
  const port = transport === 'tcp' ? server.ports.c2s : server.ports.http;
  const service = (to: number): string =>
    transport === 'tcp' ? `xmpp://${server.host}:${to}` : server.ws.replace(/:\d+\//, `:${to}/`);
  async function client(prefix: string, options: Partial<NodeClientOptions> = {}): Promise<Client> {
    const { jid, password } = await account(server, prefix);
    const made = createClient({
      jid,
      password,
      service: service(port),
      tls: { ca: server.caPem },
      allowInsecure: true,
      reconnect: { base: 1_200, max: 1_200, random: () => 1 },
      ...options,
    });
    clients.push(made);
    return made;
  }
  /** What has come, chat states by their name. */
  function inbox(receiver: Client): string[] {
    const got: string[] = [];
    receiver.on('message', (message) => {
      const child = message.children.find((one) => typeof one === 'object');
      got.push(message.getChildText('body') ?? (typeof child === 'object' ? child.name : ''));
    });
    return got;
  }
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  for (const [title, early] of [
    ['said with the binding', true],
    ['said later', false],
  ] as const) {
    test(`${title}: what is unimportant is held back, and comes with what matters or when somebody looks again`, async () => {
      const [idle, peer] = [await client('idle'), await client('peer')];
      const got = inbox(idle);
      if (early) idle.setActive(false);
      await Promise.all([idle.start(), peer.start()]);
      const { acked } = await idle.send(new Element('presence'));
      await acked;
      if (!early) idle.setActive(false);
      // Prosody brings what it has held back whenever it hears from the client, and holds nothing back for 5 s then.
      await pause(early && server.quirks.includes('csi-flushes') ? 6_000 : 300);
      const to = String(idle.jid);
      await peer.send(chatState(to, 'composing'));
      await pause(400);
      expect(got).toEqual([]);
      idle.setActive(true);
      await expect.poll(() => got, { timeout: 5_000 }).toEqual(['composing']);
      await peer.send(chatState(to, 'active'));
      await expect.poll(() => got, { timeout: 5_000 }).toEqual(['composing', 'active']);
      idle.setActive(false);
      await pause(200);
      await peer.send(chatState(to, 'paused'));
      await pause(400);
      expect(got).toHaveLength(2);
      await peer.send(text(to, 'important'));
      await expect.poll(() => got.slice(2), { timeout: 5_000 }).toContain('important');
    });
  }

  test('§5.2 it is said again on a stream that was resumed', async () => {
    const proxy = await startProxy({ host: server.host, port });
    try {
      const [idle, peer] = [await client('idle', { service: service(proxy.port) }), await client('peer')];
      const got = inbox(idle);
      await Promise.all([idle.start(), peer.start()]);
      await (
        await idle.send(new Element('presence'))
      ).acked;
      idle.setActive(false);
      const back = next(idle, 'resumed');
      proxy.cut();
      await back;
      await until(idle, 'online');
      await pause(300);
      await peer.send(chatState(String(idle.jid), 'composing'));
      await pause(400);
      expect(got).toEqual([]);
      idle.setActive(true);
      await expect.poll(() => got, { timeout: 5_000 }).toEqual(['composing']);
    } finally {
      await proxy.close();
    }
  });
});
