import { account, describeLive } from '@xeps/live';
import type { Account } from '@xeps/live';
import { startProxy } from '@xeps/servers/proxy';
import { queryArchive } from '@xeps/xep-0313';
import { expect, onTestFinished, test } from 'vitest';
import { memoryStore } from '@xeps/im/memory';
import { allMessages, createDevice } from './devices.ts';
import type { Device, DeviceOptions } from './devices.ts';

// modernxmpp, "Race during login": between carbons and the archive a message can be missed, or come twice.
describeLive('the race at login', (server, transport) => {
  const own = transport === 'tcp' ? server.ports.c2s : Number(new URL(server.ws).port);

  /** A device whose way to the server takes long, so that a sign-in has many moments. */
  async function slowDevice(who: Account, options: DeviceOptions): Promise<Device> {
    const proxy = await startProxy({ host: server.host, port: own }, { delay: 12 });
    onTestFinished(() => proxy.close());
    const url = new URL(server.ws);
    url.port = String(proxy.port);
    const service = transport === 'tcp' ? `xmpp://${server.host}:${proxy.port}` : url.href;
    return createDevice(server, transport, who, { ...options, client: { ...options.client, service } });
  }

  test.each([
    ['with Bind 2, a new device', { sasl2: true }, false],
    ['with Bind 2, a device that was there before', { sasl2: true }, true],
    ['step by step, a new device', { sasl2: false }, false],
    ['step by step, a device that was there before', { sasl2: false }, true],
  ])('%s', { timeout: 90_000 }, async (_how, client, known) => {
    const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const [balcony, orchard] = [createDevice(server, transport, juliet), createDevice(server, transport, romeo)];
    const store = memoryStore();
    const devices = [balcony, orchard];
    onTestFinished(async () => void (await Promise.all(devices.map((one) => one.off()))));
    await Promise.all(devices.map((one) => one.on()));
    if (known) {
      const before = createDevice(server, transport, juliet, { store, client });
      await before.on();
      await balcony.im.send(romeo.jid, 'before');
      await orchard.im.send(juliet.jid, 'before that');
      await expect.poll(async () => (await before.im.messages(romeo.jid)).length, { timeout: 10_000 }).toBe(2);
      await before.im.catchUp();
      await before.off();
    }
    const late = await slowDevice(juliet, { store, client });
    devices.push(late);
    // Both ways, without a pause, from before the connection until the archive has been read.
    let stop = false;
    let said = known ? 2 : 0;
    const talk = async (device: Device, to: string): Promise<void> => {
      while (!stop) {
        await device.im.send(to, `${device.name} ${(said += 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
    };
    const talking = [talk(balcony, romeo.jid), talk(orchard, juliet.jid)];
    await new Promise((resolve) => setTimeout(resolve, 50));
    await late.on();
    await expect.poll(() => late.im.sync.state, { timeout: 30_000, interval: 5 }).toBe('synced');
    // However fast the sign-in was.
    await expect.poll(() => said, { timeout: 10_000 }).toBeGreaterThan(60);
    stop = true;
    await Promise.all(talking);
    await expect
      .poll(async () => (await late.im.messages(romeo.jid, { limit: 10_000 })).length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(said);
    // Nothing more comes, and nothing came twice.
    await late.im.catchUp();
    const texts = (await allMessages(late.im, romeo.jid)).map(({ text }) => text);
    expect(texts).toHaveLength(said);
    expect(new Set(texts).size).toBe(said);
    await balcony.im.catchUp();
    const there = (await allMessages(balcony.im, romeo.jid)).map(({ text }) => text);
    // The archive has the last word on the order.
    const archived: string[] = [];
    for await (const { stanza } of queryArchive(balcony.client)) {
      const body = stanza?.getChildText('body');
      if (body !== undefined && body !== null) archived.push(body);
    }
    expect(there).toEqual(archived);
    expect(texts).toEqual(archived);
  });
});
