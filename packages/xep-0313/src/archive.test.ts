import { CodecError } from '@xeps/core/schema';
import { link } from '@xeps/core/testing';
import { formValues } from '@xeps/xep-0004';
import { discoInfoQuery } from '@xeps/xep-0030';
import { describe, expect, it } from 'vitest';
import { all, conversation, ids, serveArchive } from '../test/serve-archive.ts';
import {
  archiveFields,
  archiveFormQuery,
  ArchiveError,
  getArchiveForm,
  getArchiveMetadata,
  getArchiveSupport,
  metadataQuery,
  NS_MAM,
  NS_MAM_EXTENDED,
  NS_MAM_GROUPCHAT_FIELD,
  queryArchive,
} from './index.ts';
import type { MamQueryInput } from './index.ts';

const ten = conversation(10).map(({ id }) => id);

function announce(server: ReturnType<typeof link>['server'], features: readonly string[]): { asked: number } {
  const counter = { asked: 0 };
  server.handle(
    discoInfoQuery,
    () => (counter.asked++, { identities: [{ category: 'account', type: 'registered' }], features }),
  );
  return counter;
}

describe('§4 reading', () => {
  it('gives messages with their ids and times, oldest first', async () => {
    const { client, server, wire } = link();
    serveArchive(server, conversation(10));
    const found = await all(queryArchive(client, {}, { pageSize: 4 }));
    expect(ids(found)).toEqual(ten);
    expect(found[3]?.time).toEqual(new Date('2010-07-10T23:03:00Z'));
    expect(found[3]?.stanza?.getChildText('body')).toBe('line 3');
    expect(wire[0]).not.toContain(' to=');
    expect(wire.filter((line) => line.startsWith('C:'))).toHaveLength(3);
  });

  it('newest first with `reverse`, from page to page and within a page', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(10));
    const pages = await all(queryArchive(client, {}, { pageSize: 4, reverse: true }).pages());
    expect(pages.map(({ items }) => ids(items))).toEqual([
      ['m9', 'm8', 'm7', 'm6'],
      ['m5', 'm4', 'm3', 'm2'],
      ['m1', 'm0'],
    ]);
    expect(pages.map(({ next, complete, gap }) => [next, complete, gap])).toEqual([
      ['m6', false, false],
      ['m2', false, false],
      ['m0', true, false],
    ]);
  });

  it('an empty archive', async () => {
    const { client, server } = link();
    serveArchive(server, []);
    expect(await all(queryArchive(client))).toEqual([]);
  });

  it('goes on from a cursor, in either direction', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(10));
    expect(ids(await all(queryArchive(client, {}, { cursor: 'm7' })))).toEqual(['m8', 'm9']);
    expect(ids(await all(queryArchive(client, {}, { cursor: 'm2', reverse: true })))).toEqual(['m1', 'm0']);
  });

  it('§4.3.1 gives no more than the limit, and asks for no more', async () => {
    const { client, server } = link();
    const asked = serveArchive(server, conversation(10));
    expect(ids(await all(queryArchive(client, {}, { limit: 3, reverse: true })))).toEqual(['m9', 'm8', 'm7']);
    expect(asked.map(({ set }) => set?.max)).toEqual([3]);
  });

  it('each loop is a query of its own', async () => {
    const { client, server } = link();
    const asked = serveArchive(server, conversation(2));
    const results = queryArchive(client);
    expect(ids(await all(results))).toEqual(ids(await all(results)));
    expect(new Set(asked.map(({ queryid }) => queryid)).size).toBe(2);
  });

  it('several queries at once do not mix', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(30), { before: () => new Promise((resolve) => setTimeout(resolve, 1)) });
    const [forward, backward, other] = await Promise.all([
      all(queryArchive(client, {}, { pageSize: 7 })),
      all(queryArchive(client, {}, { pageSize: 5, reverse: true })),
      all(queryArchive(client, {}, { pageSize: 3, to: 'juliet@capulet.lit' })),
    ]);
    expect(ids(forward)).toEqual(conversation(30).map(({ id }) => id));
    expect(ids(backward)).toEqual(ids(forward).toReversed());
    expect(ids(other)).toEqual(ids(forward));
  });

  it('§4.3.2 says that a page may yet change', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(1), { fin: (fin) => ({ ...fin, stable: false }) });
    expect((await all(queryArchive(client).pages()))[0]?.stable).toBe(false);
  });

  it('the next page is on its way when a page is handed out, and leaving the loop stops there', async () => {
    const { client, server, settle } = link();
    const asked = serveArchive(server, conversation(100));
    for await (const _ of queryArchive(client, {}, { pageSize: 10 })) {
      await settle();
      expect(asked).toHaveLength(2);
      break;
    }
    await settle();
    expect(asked).toHaveLength(2);
  });
});

describe('§4.1 filters', () => {
  it('§4.1.1, §4.1.2 become a form', async () => {
    const { client, server } = link();
    const asked = serveArchive(server, conversation(10));
    const start = new Date('2010-07-10T23:02:00Z');
    const end = new Date('2010-07-10T23:04:00Z');
    expect(ids(await all(queryArchive(client, { with: 'Juliet@capulet.lit', start, end })))).toEqual([
      'm2',
      'm3',
      'm4',
    ]);
    const { with: whom, ...rest } = formValues(asked[0]!.form!, archiveFields);
    expect(String(whom)).toBe('juliet@capulet.lit');
    expect(rest).toEqual({ start, end });
    expect(asked[0]?.form?.fields[0]).toMatchObject({ name: 'FORM_TYPE', type: 'hidden', values: [NS_MAM] });
  });

  it('nothing is asked for: no form', async () => {
    const { client, server } = link();
    const asked = serveArchive(server, []);
    await all(queryArchive(client, { node: 'princely_musings', fields: {} }));
    expect(asked[0]).toMatchObject({ node: 'princely_musings', flipPage: false });
    expect(asked[0]).not.toHaveProperty('form');
  });

  it('§4.1.3 ids, where the archive knows them', async () => {
    const { client, server } = link();
    const { asked } = announce(server, [NS_MAM, NS_MAM_EXTENDED]);
    expect(asked).toBe(0);
    const queries = serveArchive(server, conversation(10));
    expect(ids(await all(queryArchive(client, { ids: ['m3', 'm5'] })))).toEqual(['m3', 'm5']);
    expect(ids(await all(queryArchive(client, { afterId: 'm7' })))).toEqual(['m8', 'm9']);
    await all(queryArchive(client, { beforeId: 'm7' }));
    expect(queries.map(({ form }) => form?.fields.slice(1).map(({ name, values }) => [name, ...values]))).toEqual([
      [['ids', 'm3', 'm5']],
      [['after-id', 'm7']],
      [['before-id', 'm7']],
    ]);
  });

  it('§7 asks an archive once a session whether it knows them, and again in a new session', async () => {
    const { client, server, restart } = link();
    const counter = announce(server, [NS_MAM, NS_MAM_EXTENDED]);
    serveArchive(server, conversation(10));
    await all(queryArchive(client, { ids: ['m3'] }));
    await all(queryArchive(client, { ids: ['m3'] }));
    expect(counter.asked).toBe(1);
    restart();
    await all(queryArchive(client, { ids: ['m3'] }));
    expect(counter.asked).toBe(2);
  });

  it('§4.1, §4.1.4, §4.3.4 does not send what the archive does not know', async () => {
    const { client, server } = link();
    announce(server, [NS_MAM]);
    const asked = serveArchive(server, conversation(10));
    for (const results of [
      queryArchive(client, { ids: ['m3'] }),
      queryArchive(client, { includeGroupchat: true }),
      queryArchive(client, {}, { flipPage: true }),
    ]) {
      await expect(all(results)).rejects.toSatisfy(
        (error) => error instanceof ArchiveError && error.reason === 'unsupported',
      );
    }
    expect(asked).toEqual([]);
  });

  it('§4.1.4 groupchat', async () => {
    const { client, server } = link();
    announce(server, [NS_MAM, NS_MAM_GROUPCHAT_FIELD]);
    const asked = serveArchive(server, []);
    await all(queryArchive(client, { includeGroupchat: false }));
    expect(asked[0]?.form?.fields[1]).toMatchObject({ name: 'include-groupchat', values: ['false'] });
  });

  it('§4.1.5 the form of an archive, and fields of its own', async () => {
    const { client, server } = link();
    const name = '{http://example.com/}free-text-search';
    server.handle(archiveFormQuery, (): MamQueryInput => ({
      form: {
        type: 'form',
        fields: [
          { name: 'FORM_TYPE', type: 'hidden', values: [NS_MAM] },
          { name, type: 'text-single' },
        ],
      },
    }));
    const form = await getArchiveForm(client);
    expect(form.fields.at(-1)).toMatchObject({ name, type: 'text-single' });
    const asked = serveArchive(server, []);
    await all(queryArchive(client, { fields: { [name]: 'Where arth thou' } }));
    expect(asked[0]?.form?.fields.at(-1)).toMatchObject({ name, values: ['Where arth thou'] });
  });

  it('an answer without a form', async () => {
    const { client, server } = link();
    server.handle(archiveFormQuery, () => ({}));
    await expect(getArchiveForm(client)).rejects.toBeInstanceOf(CodecError);
  });
});

describe('§4.3.4 flipped pages', () => {
  it.each([
    [true, false],
    [true, true],
    [false, false],
    [false, true],
  ])('known: %s, newest first: %s; the order is the same', async (knowsFlip, reverse) => {
    const { client, server } = link();
    announce(server, [NS_MAM_EXTENDED]);
    const asked = serveArchive(server, conversation(10), { knowsFlip });
    const pages = await all(queryArchive(client, {}, { pageSize: 4, flipPage: true, reverse }).pages());
    expect(ids(pages.flatMap(({ items }) => [...items]))).toEqual(reverse ? ten.toReversed() : ten);
    expect(pages.some(({ gap }) => gap)).toBe(false);
    expect(asked.every(({ flipPage }) => flipPage)).toBe(true);
  });
});

describe('§5, §7', () => {
  it('the metadata of an archive, and of an empty one', async () => {
    const { client, server } = link();
    announce(server, [NS_MAM, NS_MAM_EXTENDED]);
    const edge = (id: string): { id: string; timestamp: Date } => ({ id, timestamp: new Date('2008-08-22T21:09:04Z') });
    let metadata = { start: edge('a'), end: edge('z') } as object;
    server.handle(metadataQuery, () => metadata);
    expect(await getArchiveMetadata(client)).toEqual({ start: edge('a'), end: edge('z') });
    metadata = {};
    expect(await getArchiveMetadata(client)).toEqual({});
  });

  it('what an archive can do', async () => {
    const { client, server, wire } = link();
    announce(server, [NS_MAM, NS_MAM_EXTENDED]);
    expect(await getArchiveSupport(client)).toEqual({
      available: true,
      extended: true,
      groupchatField: false,
      groupchatAvailable: false,
    });
    expect(wire[0]).toContain(' to="romeo@montague.lit"');
    const bare = link();
    expect(await getArchiveSupport(bare.client, { to: 'coven@muc.lit' })).toMatchObject({ available: false });
  });
});
