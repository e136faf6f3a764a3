import { describe, expect, it } from 'vitest';
import { createModel, hers, inside, mine, OTHER, OWN, passFrom, PEER, says, stanza } from '../../test/model.ts';
import type { Line, Model } from '../../test/model.ts';
import { memoryStore } from '../store/memory.ts';

/** What comes, in order: live, or by reading the archive on. */
type Step = readonly ['live' | 'archive' | 'history', string, Partial<Omit<Line, 'xml'>>?];

const { origin } = inside;

/** [what, steps, the texts that there are in the end] */
const table: readonly (readonly [string, readonly Step[], readonly string[]])[] = [
  [
    'live, then in the archive',
    [
      ['live', hers('1', says('a'))],
      ['archive', hers('1', says('a')), { archived: 'x' }],
    ],
    ['a'],
  ],
  [
    'live with an archive id, then in the archive',
    [
      ['live', hers('1', says('a')), { archived: 'x' }],
      ['archive', hers('1', says('a')), { archived: 'x' }],
    ],
    ['a'],
  ],
  [
    'in the archive, then live',
    [
      ['archive', hers('1', says('a')), { archived: 'x' }],
      ['live', hers('1', says('a'))],
    ],
    ['a'],
  ],
  [
    'in the archive, then live with its id',
    [
      ['archive', hers('1', says('a')), { archived: 'x' }],
      ['live', hers('1', says('a')), { archived: 'x' }],
    ],
    ['a'],
  ],
  [
    'in history, then in a reading of the archive',
    [
      ['history', hers('1', says('a')), { archived: 'x' }],
      ['archive', hers('1', says('a')), { archived: 'x' }],
    ],
    ['a'],
  ],
  [
    'a copy and a copy of it, from another device',
    [
      ['live', mine('1', says('a'))],
      ['live', mine('1', says('a'))],
    ],
    ['a'],
  ],
  [
    'sent again with its origin id, which the archive has twice',
    [
      ['archive', hers('1', says('a', origin('o'))), { archived: 'x' }],
      ['archive', hers('1', says('a', origin('o'))), { archived: 'y', at: 90 }],
    ],
    ['a'],
  ],
  [
    'sent again with its origin id and another id',
    [
      ['live', hers('1', says('a', origin('o')))],
      ['live', hers('2', says('a', origin('o'))), { at: 3600 }],
    ],
    ['a'],
  ],
  [
    'the archive has the same words and ids twice, without an origin id',
    [
      ['archive', hers('1', says('a')), { archived: 'x' }],
      ['archive', hers('1', says('a')), { archived: 'y' }],
    ],
    ['a', 'a'],
  ],
  [
    'an id given twice, with other words',
    [
      ['live', hers('1', says('a'))],
      ['live', hers('1', says('b'))],
      ['archive', hers('1', says('a')), { archived: 'x' }],
      ['archive', hers('1', says('b')), { archived: 'y' }],
    ],
    ['a', 'b'],
  ],
  [
    'an origin id given twice, with other words',
    [
      ['live', hers('1', says('a', origin('o')))],
      ['live', hers('1', says('b', origin('o')))],
    ],
    ['a', 'b'],
  ],
  [
    'no ids at all, soon after',
    [
      ['live', hers(undefined, says('a')), { at: 0 }],
      ['archive', hers(undefined, says('a')), { archived: 'x', at: 59 }],
    ],
    ['a'],
  ],
  [
    'no ids at all, long after',
    [
      ['live', hers(undefined, says('a')), { at: 0 }],
      ['live', hers(undefined, says('a')), { at: 61 }],
    ],
    ['a', 'a'],
  ],
  [
    'no ids at all, twice within a moment, as the archive knows',
    [
      ['live', hers(undefined, says('a'))],
      ['live', hers(undefined, says('a'))],
      ['archive', hers(undefined, says('a')), { archived: 'x' }],
      ['archive', hers(undefined, says('a')), { archived: 'y' }],
    ],
    ['a', 'a'],
  ],
  [
    'an empty id is none',
    [
      ['live', hers('', says('a'))],
      ['live', hers('', says('b'))],
    ],
    ['a', 'b'],
  ],
  [
    'the own words, in her mouth, with the own id and origin id',
    [
      ['live', mine('1', says('a', origin('1')))],
      ['live', hers('1', says('a', origin('1')))],
    ],
    ['a', 'a'],
  ],
];

describe('the same message is one', () => {
  it.each(table)('%s', async (_what, steps, expected) => {
    const model = createModel(memoryStore());
    const pass = passFrom();
    for (const [kind, xml, more] of steps) {
      await (kind === 'live'
        ? model.live({ xml, ...more })
        : kind === 'history'
          ? model.history({ xml, ...more })
          : model.archive(pass, { xml, ...more }));
    }
    expect(await model.texts()).toEqual(expected);
    expect((await model.talk())!.unread).toBe((await model.messages()).filter(({ outgoing }) => !outgoing).length);
  });

  it('also when it comes twice in one transaction', async () => {
    const model = createModel(memoryStore());
    const { added } = await model.live(hers('1', says('a')), hers('1', says('a')), hers('2', says('b')));
    expect(added.map(({ data }) => data.id)).toEqual(['1', '2']);
    expect(await model.texts()).toEqual(['a', 'b']);
  });
});

describe('somebody else can’t make a message known', () => {
  const forged = (from: string, peer = PEER): string => stanza(from, '1', says('a', origin('1')), { peer });

  it('a third party, with the same id, origin id and words', async () => {
    const model = createModel();
    await model.live(hers('1', says('a', origin('1'))), forged(OTHER), forged(OWN, OTHER));
    expect(await model.texts()).toEqual(['a']);
    expect((await model.messages(OTHER)).map(({ outgoing, text }) => [outgoing, text])).toEqual([
      [false, 'a'],
      [true, 'a'],
    ]);
  });

  it('the real one comes after it', async () => {
    const model = createModel();
    await model.live(forged(OTHER));
    const { added } = await model.live(hers('1', says('a', origin('1'))));
    expect(added).toHaveLength(1);
  });

  it('the addressee, before it was sent from another device', async () => {
    const model = createModel();
    await model.live(hers('1', says('a', origin('1'))));
    await model.live(mine('1', says('a', origin('1'))));
    expect((await model.messages()).map(({ outgoing }) => outgoing)).toEqual([false, true]);
  });

  it('what waits to be sent is not taken for sent', async () => {
    const model = createModel();
    await model.local(mine('1', says('a', origin('1'))));
    await model.live(hers('1', says('a', origin('1'))));
    const [first, second] = await model.messages();
    expect([first!.outgoing, second!.outgoing, second!.state]).toEqual([false, true, 'pending']);
  });
});

describe('what is known of it is put together', () => {
  it('the archive’s id and time', async () => {
    const model = createModel();
    await model.live({ xml: hers('1', says('a')), at: 9 });
    const [before] = await model.messages();
    await model.archive(passFrom(), { xml: hers('1', says('a')), archived: 'x', at: 4 });
    const [after] = await model.messages();
    expect([before!.archiveId, after!.archiveId]).toEqual([undefined, 'x']);
    expect(after!.time.getTime() - before!.time.getTime()).toBe(-5000);
    expect(after!.key).toBe(before!.key);
  });

  it('what waited has been sent, and leaves the outbox', async () => {
    const model = createModel();
    await model.local(mine('1', says('a', origin('1'))), mine('2', says('b', origin('2'))));
    const rows = ['1', '2'].map((originId, seq) => ({ seq, originId, conversation: PEER, stanza: '<message/>' }));
    await model.store.write((tx) => tx.putOutbox(rows));
    await model.archive(passFrom(), { xml: mine('1', says('a', origin('1'))), archived: 'x' });
    expect((await model.messages()).map(({ text, state }) => `${text} ${state}`)).toEqual(['a sent', 'b pending']);
    expect((await model.store.read((tx) => tx.outbox())).map(({ originId }) => originId)).toEqual(['2']);
  });

  it('an archive that was made anew gives new ids, by which it is known from then on', async () => {
    const model = createModel();
    const lines = (prefix: string): Line[] =>
      ['a', 'b', 'c'].map((text, at) => ({ xml: hers(`${at}`, says(text)), archived: `${prefix}${at}`, at: at * 10 }));
    await model.archive(passFrom(), ...lines('x'));
    await model.archive(passFrom(-Infinity, true), ...lines('y'));
    expect(await model.texts()).toEqual(['a', 'b', 'c']);
    // The next reading goes on from within.
    const position = (await model.messages())[0]!.position;
    await model.archive(passFrom(position), ...lines('y').slice(1));
    expect(await model.texts()).toEqual(['a', 'b', 'c']);
    expect((await model.messages()).map(({ archiveId }) => archiveId)).toEqual(['y0', 'y1', 'y2']);
  });
});

/** Its text says nothing: nothing is added. */
it.each<[string, string]>([
  ['a message of a room', stanza(PEER, '1', says('a'), { type: 'groupchat' })],
  ['a headline', stanza(PEER, '1', says('a'), { type: 'headline' })],
  ['a chat state', hers('1', `<composing xmlns='http://jabber.org/protocol/chatstates'/>`)],
  ['nothing', hers('1', '')],
  ['what is not known', hers('1', `<x xmlns='urn:x'/>`)],
  ['an address that is none', `<message from='@' type='chat'>${says('a')}</message>`],
  ['a bounce without an id', stanza(PEER, undefined, inside.error('gone'), { type: 'error' })],
  ['a tombstone that came by itself', hers('1', inside.tombstone)],
])('%s is no part of a conversation', async (_what, xml) => {
  const model: Model = createModel();
  const { batch } = await model.live(xml);
  expect([batch, await model.store.read((tx) => tx.conversations())]).toEqual([undefined, []]);
});
