import { Element } from '@xeps/core';
import { account, describeLive, startClient } from '@xeps/live';
import type { Account, Client } from '@xeps/live';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { getArchiveForm, getArchiveMetadata, getArchiveSupport, queryArchive } from '../src/index.ts';
import type { ArchivedMessage } from '../src/index.ts';
import { all } from './serve-archive.ts';

const COUNT = 130;

describeLive('XEP-0313', (server, transport) => {
  let romeo: Account;
  let juliet: Account;
  let client: Client;
  let ids: string[];
  const bodies = (messages: readonly ArchivedMessage[]): (string | null)[] =>
    messages.map(({ stanza }) => stanza?.getChildText('body') ?? null);
  const lines = Array.from({ length: COUNT }, (_, at) => `line ${at}`);

  beforeAll(async () => {
    [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
    const sender = await startClient(server, transport, { account: juliet });
    const acks = lines.map(async (line) => {
      const message = new Element('message', { to: romeo.jid, type: 'chat', id: line.replace(' ', '-') });
      message.c('body').t(line);
      await (
        await sender.send(message)
      ).acked;
    });
    await Promise.all(acks);
    await sender.stop();
    client = await startClient(server, transport, { account: romeo });
    // What the server has taken over may yet be on its way into the archive.
    do ids = (await all(queryArchive(client))).map(({ id }) => id);
    while (ids.length < COUNT);
  });
  afterAll(() => client.stop());

  test('§4 the whole archive, oldest first, with times', async () => {
    const found = await all(queryArchive(client));
    expect(bodies(found)).toEqual(lines);
    expect(found.every(({ time, fault }) => time !== undefined && fault === undefined)).toBe(true);
    expect(found[0]?.stanza?.attrs['from']).toContain(juliet.jid);
  });

  test('§4.3 in small pages without a gap, newest first', async () => {
    const pages = await all(queryArchive(client, { with: juliet.jid }, { pageSize: 20, reverse: true }).pages());
    expect(bodies(pages.flatMap(({ items }) => [...items]))).toEqual(lines.toReversed());
    expect(pages.map(({ gap }) => gap)).toEqual(pages.map(() => false));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  test('§4.3.2 from a cursor, up to a limit', async () => {
    expect(bodies(await all(queryArchive(client, {}, { cursor: ids[99], limit: 5 })))).toEqual(lines.slice(100, 105));
    expect(bodies(await all(queryArchive(client, {}, { cursor: ids[10], reverse: true, pageSize: 4 })))).toEqual(
      lines.slice(0, 10).toReversed(),
    );
  });

  test('§4.1.2 by time', async () => {
    expect(await all(queryArchive(client, { end: new Date(Date.now() - 3_600_000) }))).toEqual([]);
    expect(await all(queryArchive(client, { start: new Date(Date.now() - 3_600_000) }, { limit: 3 }))).toHaveLength(3);
  });

  test('§4.1.1 with somebody else: nothing', async () => {
    expect(await all(queryArchive(client, { with: `nobody@${server.domain}` }))).toEqual([]);
  });

  test('§7 what it can do, and what it can then', async () => {
    const support = await getArchiveSupport(client);
    expect(support.available).toBe(true);
    if (!support.extended) {
      await expect(getArchiveMetadata(client)).rejects.toMatchObject({ reason: 'unsupported' });
      return;
    }
    const { start, end } = await getArchiveMetadata(client);
    expect([start?.id, end?.id]).toEqual([ids[0], ids.at(-1)]);
    expect(bodies(await all(queryArchive(client, { ids: [ids[3]!, ids[5]!] })))).toEqual(['line 3', 'line 5']);
    expect(bodies(await all(queryArchive(client, { afterId: ids[9]!, beforeId: ids[13]! })))).toEqual(
      lines.slice(10, 13),
    );
    for (const reverse of [false, true]) {
      const flipped = await all(queryArchive(client, {}, { flipPage: true, pageSize: 30, reverse }).pages());
      expect(bodies(flipped.flatMap(({ items }) => [...items]))).toEqual(reverse ? lines.toReversed() : lines);
      expect(flipped.some(({ gap }) => gap)).toBe(false);
    }
  });

  test('§4.1.5 its form', async () => {
    expect((await getArchiveForm(client)).fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['with', 'start', 'end']),
    );
  });

  test('§4.3.2 an id that is not there is not taken for the end', async () => {
    const asked = all(queryArchive(client, {}, { cursor: 'no-such-id' }));
    // ejabberd's ids are times; it gives what is later than whatever it makes of one.
    if (server.quirks.includes('archive-takes-any-id')) expect(bodies(await asked)).toEqual(lines);
    else await expect(asked).rejects.toMatchObject({ name: 'ArchiveError', reason: 'not-found' });
    expect(await all(queryArchive(client, {}, { cursor: ids.at(-1) }))).toEqual([]);
  });

  test('§8.1 somebody else’s archive is refused', async () => {
    const asked = all(queryArchive(client, {}, { to: juliet.jid }));
    // ejabberd gives the asker's own archive, whatever address on the server is asked.
    if (server.quirks.includes('archive-of-others-is-own')) expect((await asked).map(({ id }) => id)).toEqual(ids);
    else await expect(asked).rejects.toMatchObject({ name: 'StanzaError' });
  });
});
