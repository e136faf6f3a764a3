import { link } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import { all, conversation, ids, serveArchive } from '../test/serve-archive.ts';
import { ArchiveError, queryArchive } from './index.ts';
import type { ArchiveOptions } from './index.ts';

const forged = (
  from: string | undefined,
  queryid: string,
  inner = `<message xmlns='jabber:client' from='juliet@capulet.lit/b'><body>forged</body></message>`,
): string =>
  `<message ${from === undefined ? '' : `from='${from}'`} to='romeo@montague.lit/orchard'>` +
  `<result xmlns='urn:xmpp:mam:2' queryid='${queryid}' id='f1'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<delay xmlns='urn:xmpp:delay' stamp='2010-07-10T23:01:00Z'/>${inner}</forwarded></result></message>`;

/** Reads an archive of two messages while somebody injects a result; gives what was read. */
async function readWith(attack: (queryid: string) => string, options: ArchiveOptions = {}, messages = conversation(2)) {
  const { client, server, inject, faults } = link();
  serveArchive(server, messages, { before: ({ queryid }) => inject(attack(queryid!)) });
  return { found: await all(queryArchive(client, {}, options)), faults };
}

describe('§8.2 results of the own archive', () => {
  it.each([
    'mallory@evil.example/x',
    'romeo@montague.lit/other',
    'montague.lit',
    'romeo@montague.lit.evil.example',
    '@',
  ])('from %s are nobody’s', async (from) => {
    const { found, faults } = await readWith((queryid) => forged(from, queryid));
    expect(ids(found)).toEqual(['m0', 'm1']);
    expect(faults).toEqual([]);
  });

  it.each([undefined, 'romeo@montague.lit', 'ROMEO@Montague.lit'])('from %s are the account’s', async (from) => {
    const { found } = await readWith((queryid) => forged(from, queryid));
    expect(ids(found)).toEqual(['f1', 'm0', 'm1']);
  });

  it('with another query’s id, or without one, are nobody’s', async () => {
    expect(ids((await readWith(() => forged('romeo@montague.lit', 'guessed'))).found)).toEqual(['m0', 'm1']);
    expect(ids((await readWith(() => forged('romeo@montague.lit', 'x').replace(/queryid='x'/, ''))).found)).toEqual([
      'm0',
      'm1',
    ]);
  });

  it('of another namespace, or in a bounce, are none', async () => {
    expect(
      ids(
        (await readWith((queryid) => forged('romeo@montague.lit', queryid).replace('urn:xmpp:mam:2', 'urn:xmpp:mam:1')))
          .found,
      ),
    ).toEqual(['m0', 'm1']);
    expect(
      ids(
        (
          await readWith((queryid) =>
            forged('romeo@montague.lit', queryid).replace('<message ', `<message type='error' `),
          )
        ).found,
      ),
    ).toEqual(['m0', 'm1']);
  });
});

it('§8.2 unsolicited and late results are passed over', async () => {
  const { client, server, inject, faults } = link();
  inject(forged('romeo@montague.lit', 'x'));
  const asked = serveArchive(server, conversation(1));
  const found = await all(queryArchive(client));
  inject(forged('romeo@montague.lit', asked[0]!.queryid!));
  expect(ids(found)).toEqual(['m0']);
  expect(faults).toEqual([]);
});

it('§8.2 the id of a query can’t be guessed', async () => {
  const { client, server } = link();
  const asked = serveArchive(server, conversation(20));
  await all(queryArchive(client, {}, { pageSize: 2 }));
  const queryids = asked.map(({ queryid }) => queryid!);
  expect(new Set(queryids).size).toBe(asked.length);
  expect(queryids.every((id) => id.length >= 20)).toBe(true);
});

describe('§8.2 results of a room', () => {
  const room = 'coven@muc.lit';
  const witches = conversation(2, `${room}/firstwitch`);

  it('from the own account or from another room are not its', async () => {
    for (const from of ['romeo@montague.lit', undefined, 'coven@muc.evil', `${room}/firstwitch`]) {
      const { found } = await readWith((queryid) => forged(from, queryid), { to: room }, witches);
      expect(ids(found)).toEqual(['m0', 'm1']);
    }
  });

  it('§6.1.2 hold messages of its occupants alone', async () => {
    const { found } = await readWith((queryid) => forged(room, queryid), { to: room }, witches);
    expect(ids(found)).toEqual(['f1', 'm0', 'm1']);
    expect(found[0]).toMatchObject({
      fault: { code: 'ERR_XMPP_ARCHIVE_SENDER' },
      time: new Date('2010-07-10T23:01:00Z'),
    });
    expect(found[0]).not.toHaveProperty('stanza');
    expect(found[1]?.stanza?.attrs['from']).toBe(`${room}/firstwitch`);
  });

  it('unless the caller believes it whatever it says', async () => {
    const { found } = await readWith((queryid) => forged('juliet@capulet.lit', queryid), {
      to: 'juliet@capulet.lit',
      anySender: true,
    });
    expect(found.map(({ stanza }) => stanza?.attrs['from'])).toEqual([
      'juliet@capulet.lit/b',
      'juliet@capulet.lit/balcony',
      'juliet@capulet.lit/balcony',
    ]);
  });
});

describe('broken results', () => {
  it('keep their place and say what is wrong', async () => {
    const { found, faults } = await readWith((queryid) =>
      forged('romeo@montague.lit', queryid).replace('2010-07-10T23:01:00Z', 'yesterday'),
    );
    expect(found[0]).toMatchObject({ id: 'f1', fault: { path: 'result > forwarded > delay/@stamp' } });
    expect(ids(found)).toEqual(['f1', 'm0', 'm1']);
    expect(faults).toEqual([]);
  });

  it('without an id are a gap', async () => {
    const { client, server } = link();
    serveArchive(server, conversation(2), {
      result(message) {
        const result = message.getChild('result')!;
        if (result.attrs['id'] === 'm1') delete result.attrs['id'];
        return message;
      },
    });
    const [page] = await all(queryArchive(client).pages());
    expect([ids(page!.items), page!.gap]).toEqual([['m0'], true]);
  });

  it('§3.2 a deleted message is its place alone', async () => {
    const { found } = await readWith((queryid) => forged('romeo@montague.lit', queryid, ''));
    expect(found[0]).toEqual({ id: 'f1', time: new Date('2010-07-10T23:01:00Z') });
  });
});

it('an archive that does not stop sending is given up', async () => {
  const { client, server, inject } = link();
  serveArchive(server, [], {
    before({ queryid }) {
      for (let at = 0; at < 200; at++) inject(forged('romeo@montague.lit', queryid!).replace(`id='f1'`, `id='f${at}'`));
    },
  });
  await expect(all(queryArchive(client, {}, { pageSize: 10 }))).rejects.toSatisfy(
    (error) => error instanceof ArchiveError && error.reason === 'too-many',
  );
});
