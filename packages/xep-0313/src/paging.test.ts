import { DisconnectedError, Element, StanzaError, TimeoutError } from '@xeps/core';
import { link } from '@xeps/core/testing';
import { discoInfoQuery } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import { all, conversation, ids, serveArchive } from '../test/serve-archive.ts';
import { ArchiveError, archiveQuery, mamResult, NS_MAM_EXTENDED, queryArchive } from './index.ts';
import type { ArchivePage } from './index.ts';

const ten = conversation(10).map(({ id }) => id);

describe('the end of a page', () => {
  it('without `last` is gone on from with the messages', async () => {
    const { client, server } = link();
    const asked = serveArchive(server, conversation(10), { fin: ({ complete }) => ({ complete }) });
    expect(ids(await all(queryArchive(client, {}, { pageSize: 4 })))).toEqual(ten);
    expect(asked.map(({ set }) => set?.after)).toEqual([undefined, 'm3', 'm7']);
    expect(ids(await all(queryArchive(client, {}, { pageSize: 4, reverse: true })))).toEqual(ten.toReversed());
  });

  it('that is always the same is an error, not an endless loop', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(10), { fin: ({ set }) => ({ complete: false, set: { ...set, last: 'm3' } }) });
    await expect(all(queryArchive(client, {}, { pageSize: 4 }))).rejects.toSatisfy(
      (error) => error instanceof ArchiveError && error.reason === 'loop',
    );
  });

  it('tells of messages that did not come', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(10), {
      result: (message) => (message.toString().includes('line 3<') ? undefined : message),
    });
    const pages = await all(queryArchive(client, {}, { pageSize: 4 }).pages());
    expect(pages.map(({ gap }) => gap)).toEqual([true, false, false]);
    expect(pages.map(({ next }) => next)).toEqual(['m3', 'm7', 'm9']);
  });

  it('§4.3.2 an id that is gone', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(10));
    await expect(all(queryArchive(client, {}, { cursor: 'gone' }))).rejects.toSatisfy(
      (error) =>
        error instanceof ArchiveError &&
        error.reason === 'not-found' &&
        error.message.includes('start') &&
        error.cause instanceof StanzaError,
    );
  });

  it.each([
    [true, [NS_MAM_EXTENDED]],
    [true, []],
    [false, [NS_MAM_EXTENDED]],
  ])(
    '§4.3.2 an id that is gone, and an archive that says nothing of it (verify: %s, features: %j)',
    async (verifyCursor, features) => {
      const { client, server } = link();
      server.handle(discoInfoQuery, () => ({ identities: [{ category: 'account', type: 'registered' }], features }));
      serveArchive(server, conversation(10), { tellsUnknown: false });
      const read = (cursor: string, reverse: boolean): Promise<string[]> =>
        all(queryArchive(client, {}, { cursor, reverse, verifyCursor })).then(ids);
      expect(await read('m9', false)).toEqual([]);
      expect(await read('m0', true)).toEqual([]);
      expect(await read('m7', false)).toEqual(['m8', 'm9']);
      for (const reverse of [false, true]) {
        if (verifyCursor && features.length > 0)
          await expect(read('gone', reverse)).rejects.toMatchObject({ name: 'ArchiveError', reason: 'not-found' });
        else expect(await read('gone', reverse)).toEqual([]);
      }
    },
  );

  it('item-not-found of a query without ids is the archive that is not there', async () => {
    const { client, server } = link();
    serveArchive(server, [], {
      before: () => {
        throw new StanzaError('item-not-found');
      },
    });
    await expect(all(queryArchive(client, {}, { to: 'nowhere@muc.lit', reverse: true }))).rejects.toMatchObject({
      name: 'StanzaError',
      condition: 'item-not-found',
    });
  });

  it('§8.1 a refusal is passed on', async () => {
    const { client, server } = link();
    serveArchive(server, [], {
      before: () => {
        throw new StanzaError('forbidden');
      },
    });
    await expect(all(queryArchive(client, {}, { to: 'juliet@capulet.lit' }))).rejects.toMatchObject({
      condition: 'forbidden',
    });
  });
});

describe('waiting', () => {
  it('is for the next sign of life, not for the whole page', async () => {
    const { client, server } = link();
    server.handle(archiveQuery, async ({ queryid }, { from }) => {
      for (let count = 0; count < 6; count++) {
        await new Promise((resolve) => setTimeout(resolve, 15));
        const message = new Element('message', { to: String(from), from: String(from?.bare()) });
        message.cnode(mamResult.encode({ id: `m${count}`, queryid, forwarded: {} }));
        await server.send(message);
      }
      return { complete: true };
    });
    expect(await all(queryArchive(client, {}, { timeout: 40 }))).toHaveLength(6);
  });

  it('ends when the archive falls silent', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(3), { before: () => new Promise(() => undefined) });
    await expect(all(queryArchive(client, {}, { timeout: 20 }))).rejects.toBeInstanceOf(TimeoutError);
  });

  it('ends when the caller wants', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(3), { before: () => new Promise(() => undefined) });
    const stop = new AbortController();
    const reading = all(queryArchive(client, {}, { signal: stop.signal }));
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('ends when the session is lost, and goes on in the next from where it was', async () => {
    const { client, server, restart } = link();
    serveArchive(server, conversation(10), {
      before: ({ set }) => (set?.after === 'm3' ? new Promise((resolve) => setTimeout(resolve, 10)) : undefined),
    });
    const pages: ArchivePage[] = [];
    const read = async (cursor?: string): Promise<void> => {
      for await (const page of queryArchive(client, {}, { pageSize: 4, cursor }).pages()) {
        pages.push(page);
        if (pages.length === 1) setTimeout(restart, 1);
      }
    };
    await expect(read()).rejects.toBeInstanceOf(DisconnectedError);
    await read(pages.at(-1)?.next);
    expect(ids(pages.flatMap(({ items }) => [...items]))).toEqual(ten);
  });
});
