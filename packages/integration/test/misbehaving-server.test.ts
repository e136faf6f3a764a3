/** The engine on a server that misbehaves, is slow, or lacks something: the embedded one, which does so on demand. */
import { createClient } from '@xeps/client';
import type { NodeClientOptions } from '@xeps/client';
import { Element } from '@xeps/core';
import { createIm } from '@xeps/im';
import type { Im, Message } from '@xeps/im';
import { memoryStore } from '@xeps/im/memory';
import type { Store } from '@xeps/im/store';
import { presence } from '@xeps/rfc-6121';
import { createServer, testClock } from '@xeps/server';
import type { Server, ServerOptions } from '@xeps/server';
import { describe, expect, onTestFinished, test } from 'vitest';

const names = ['juliet', 'romeo'] as const;
const [juliet, romeo] = ['juliet@localhost', 'romeo@localhost'];

async function start(options: ServerOptions = {}): Promise<Server> {
  const server = await createServer({
    accounts: names,
    contacts: [{ between: ['juliet', 'romeo'] }],
    listen: false,
    ...options,
  });
  onTestFinished(() => server.stop());
  return server;
}

interface Device {
  readonly client: ReturnType<typeof createClient>;
  readonly im: Im;
  texts(peer: string): Promise<string[]>;
}

async function device(
  server: Server,
  jid: string,
  { store = memoryStore(), client: more = {} }: { store?: Store; client?: Partial<NodeClientOptions> } = {},
): Promise<Device> {
  const client = createClient({
    jid,
    password: jid.replace(/@.*/, ''),
    service: server.service,
    reconnect: { base: 1, max: 1 },
    ...more,
  });
  const im = createIm(client, { store });
  client.use(presence).announce();
  onTestFinished(async () => {
    await im.close();
    await client.stop();
  });
  await client.start();
  return { client, im, texts: async (peer) => (await im.messages(peer, { limit: 500 })).map(({ text }) => text) };
}

const chat = (from: string, to: string, ...children: readonly Element[]): Element => {
  const message = new Element('message', { xmlns: 'jabber:client', from, to, type: 'chat', id: 'forged' });
  for (const child of children) message.cnode(child);
  return message;
};
const body = (text: string): Element => new Element('body').t(text);
const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `line ${at}`);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** What juliet has of romeo's messages, however often it was on its way. */
async function complete(hers: Device, texts: readonly string[]): Promise<void> {
  await expect.poll(() => hers.texts(romeo!), { timeout: 10_000 }).toEqual(texts);
}

describe('connections that break off', () => {
  test.each([200, 1500, 4000, 9000])(
    'after %i bytes, again and again: nothing is lost, nothing twice',
    async (bytes) => {
      const server = await start();
      const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
      const lines = numbered(60);
      for (const [at, line] of lines.entries()) {
        if (at % 15 === 5) void server.faults.cutAfter(bytes, { jid: juliet! });
        if (at % 15 === 10) server.faults.cut({ jid: romeo! });
        await his.im.send(juliet!, line);
      }
      await complete(hers, lines);
      await his.im.flush();
      expect((await his.im.messages(juliet!, { limit: 100 })).map(({ state }: Message) => state)).not.toContain(
        'pending',
      );
    },
  );

  test('in the midst of catching up: a new device has all of it in the end', async () => {
    const server = await start();
    const his = await device(server, romeo!);
    const lines = numbered(200);
    for (const line of lines) await his.im.send(juliet!, line);
    await his.im.flush();
    void server.faults.cutAfter(20_000, { jid: juliet!, direction: 'out' });
    await complete(await device(server, juliet!), lines);
  });
});

describe('stanzas that come twice, not at all, or late', () => {
  test('twice: shown once, and answered with one receipt', async () => {
    const server = await start();
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    server.faults.onStanza(({ direction, stanza }) =>
      direction === 'out' && stanza.name === 'message' ? 'twice' : undefined,
    );
    await his.im.send(juliet!, 'once');
    await complete(hers, ['once']);
    await settled();
    expect(await hers.im.unread()).toBe(1);
  });

  test('lost on the way to the other device: the archive has it', async () => {
    const server = await start();
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    let lost = 0;
    const rule = server.faults.onStanza(({ direction, jid, stanza }) => {
      if (direction !== 'out' || stanza.getChild('body') === undefined || !String(jid).startsWith('juliet'))
        return undefined;
      lost += 1;
      return 'drop';
    });
    await his.im.send(juliet!, 'one');
    await his.im.flush();
    await expect.poll(() => lost).toBe(1);
    rule[Symbol.dispose]();
    await hers.im.catchUp();
    await complete(hers, ['one']);
  });

  test('late: what was accepted waits, and nobody is told that it was sent', async () => {
    const clock = testClock(Date.UTC(2026, 0, 1));
    const server = await start({ clock });
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    server.faults.delay(60_000, { jid: romeo! });
    const { key } = await his.im.send(juliet!, 'slowly');
    await complete(hers, ['slowly']);
    expect((await his.im.message(key))?.state).toBe('pending');
    clock.advance(60_000);
    await expect.poll(async () => (await his.im.message(key))?.state).toMatch(/sent|delivered/);
  });
});

describe('what nobody has said', () => {
  test.each([
    [
      'a copy that is not of the own account',
      chat(
        'mallory@evil.example',
        juliet!,
        new Element('received', { xmlns: 'urn:xmpp:carbons:2' })
          .c('forwarded', { xmlns: 'urn:xmpp:forward:0' })
          .cnode(chat(romeo!, juliet!, body('forged')))
          .up()
          .up(),
      ),
    ],
    [
      'a result of an archive that was not asked',
      chat(
        'mallory@evil.example',
        juliet!,
        new Element('result', { xmlns: 'urn:xmpp:mam:2', id: '1', queryid: 'x' })
          .c('forwarded', { xmlns: 'urn:xmpp:forward:0' })
          .cnode(chat(romeo!, juliet!, body('forged')))
          .up()
          .up(),
      ),
    ],
  ])('%s shows nowhere', async (_, stanza) => {
    const server = await start();
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    await his.im.send(juliet!, 'true');
    await complete(hers, ['true']);
    server.faults.send(stanza, { jid: juliet! });
    await settled();
    expect(await hers.texts(romeo!)).toEqual(['true']);
    expect((await hers.im.conversations()).map(({ address }) => address)).not.toContain(juliet!);
  });

  test('a correction, a retraction and a read mark of somebody else change nothing', async () => {
    const server = await start();
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    const { id, key } = await his.im.send(juliet!, 'true');
    await complete(hers, ['true']);
    const about = { id: id! };
    server.faults.send(
      chat(
        'mallory@evil.example',
        juliet!,
        body('forged'),
        new Element('replace', { xmlns: 'urn:xmpp:message-correct:0', ...about }),
      ),
    );
    server.faults.send(
      chat('mallory@evil.example', juliet!, new Element('retract', { xmlns: 'urn:xmpp:message-retract:1', ...about })),
    );
    server.faults.send(
      chat('mallory@evil.example', romeo!, new Element('displayed', { xmlns: 'urn:xmpp:chat-markers:0', ...about })),
    );
    await settled();
    expect(await hers.texts(romeo!)).toEqual(['true']);
    expect((await his.im.message(key))?.state).not.toBe('read');
  });
});

describe('a server that lacks', () => {
  test.each([
    ['stream-management'],
    ['carbons'],
    ['archive'],
    ['pep'],
    ['sasl2'],
    ['fast'],
    ['disco'],
    ['offline'],
    ['archive', 'carbons', 'pep', 'stream-management', 'sasl2'],
  ])('%s: people can talk all the same', async (...without) => {
    const server = await start({ without });
    const [hers, his] = [await device(server, juliet!), await device(server, romeo!)];
    const { key } = await his.im.send(juliet!, 'one');
    await complete(hers, ['one']);
    const [got] = await hers.im.messages(romeo!);
    await hers.im.react(got!.key, ['👍']);
    await expect.poll(async () => (await his.im.message(key))?.reactions.length).toBe(1);
    await his.im.correct(key, 'two');
    await complete(hers, ['two']);
    await hers.im.markRead(romeo!);
    expect(await hers.im.unread()).toBe(0);
    await expect.poll(async () => (await his.im.message(key))?.state).toBe('read');
  });
});
