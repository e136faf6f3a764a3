import { memoryStore } from '@xeps/im/memory';
import { presence } from '@xeps/rfc-6121';
import { account, describeLive, signIn } from '@xeps/live';
import type { Account, Client } from '@xeps/live';
import { expect, onTestFinished, test } from 'vitest';
import { createIm } from '@xeps/im';
import type { Im, ImOptions, Message } from '@xeps/im';

/** A device of an account: a client, an engine, a store. */
interface Device {
  readonly client: Client;
  readonly im: Im;
}

describeLive('the engine', (server, transport) => {
  async function device(who: Account, options: Partial<ImOptions> = {}): Promise<Device> {
    let im!: Im;
    const client = await signIn(server, transport, {
      account: who,
      prepare(own) {
        im = createIm(own, { store: memoryStore(), receipts: () => true, ...options });
        own.use(presence).announce();
      },
    });
    onTestFinished(() => im.close());
    return { client, im };
  }

  const texts = (messages: readonly Message[]): string[] => messages.map(({ text }) => text);
  test('a message, an answer, a correction, a reaction and a retraction, on all devices', async () => {
    const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const [balcony, garden, orchard] = await Promise.all([device(juliet), device(juliet), device(romeo)]);
    const first = await balcony.im.send(romeo.jid, 'Wherefore art thou?');
    expect(first.state).toBe('pending');
    await expect
      .poll(async () => texts(await orchard.im.messages(juliet.jid)), { timeout: 10_000 })
      .toEqual(['Wherefore art thou?']);
    await expect
      .poll(async () => texts(await garden.im.messages(romeo.jid)), { timeout: 10_000 })
      .toEqual(['Wherefore art thou?']);
    await expect.poll(async () => (await balcony.im.message(first.key))!.state, { timeout: 10_000 }).toBe('delivered');
    const [got] = await orchard.im.messages(juliet.jid);
    expect((await orchard.im.conversation(juliet.jid)).unread).toBe(1);
    await orchard.im.markRead(juliet.jid);
    expect((await orchard.im.conversation(juliet.jid)).unread).toBe(0);
    await expect.poll(async () => (await balcony.im.message(first.key))!.state, { timeout: 10_000 }).toBe('read');
    await orchard.im.react(got!.key, ['👋']);
    await orchard.im.send(juliet.jid, { text: 'Here I am', replyTo: got!.key });
    await balcony.im.correct(first.key, 'Wherefore art thou Romeo?');
    for (const { im } of [balcony, garden]) {
      await expect
        .poll(async () => texts(await im.messages(romeo.jid)), { timeout: 10_000 })
        .toEqual(['Wherefore art thou Romeo?', 'Here I am']);
      await expect
        .poll(async () => (await im.messages(romeo.jid))[0]!.reactions.map(({ emojis }) => emojis), { timeout: 10_000 })
        .toEqual([['👋']]);
      const [question, answer] = await im.messages(romeo.jid);
      expect((await im.find(romeo.jid, answer!.replyTo!))?.key).toBe(question!.key);
      expect(question!.edits.map(({ content }) => content.text)).toEqual([
        'Wherefore art thou?',
        'Wherefore art thou Romeo?',
      ]);
    }
    await balcony.im.retract(first.key);
    await expect
      .poll(async () => (await orchard.im.messages(juliet.jid))[0]!.retracted !== undefined, { timeout: 10_000 })
      .toBe(true);
    await balcony.im.catchUp();
    expect((await balcony.im.messages(romeo.jid)).every(({ archiveId }) => archiveId !== undefined)).toBe(true);
    // A device that comes later finds the same; where the server keeps it, that something was taken back as well.
    const late = await device(juliet);
    await expect
      .poll(async () => texts(await late.im.messages(romeo.jid)), { timeout: 10_000 })
      .toEqual(server.quirks.includes('retracted-leave-archive') ? ['Here I am'] : ['', 'Here I am']);
  });
});
