import { describe, expect, it } from 'vitest';
import { createModel, hers, inside, mine, OTHER, passFrom, PEER, says, stanza } from '../../test/model.ts';
import type { Line, Model, Shown } from '../../test/model.ts';

const { displayed, error, origin, react, received, replace, retract } = inside;

/** The ways in which the same may come. The first of the lines is the oldest. */
const ways: Readonly<Record<string, (model: Model, lines: readonly Line[]) => Promise<unknown>>> = {
  'live, one after the other': async (model, lines) => {
    for (const line of lines) await model.live(line);
  },
  'live, at once': (model, lines) => model.live(...lines),
  'live, the last first': async (model, lines) => {
    for (const line of lines.toReversed()) await model.live(line);
  },
  'a reading of the archive': (model, lines) => model.archive(passFrom(), ...lines),
  'history, a page for each': async (model, lines) => {
    for (const line of lines.toReversed()) await model.history(line);
  },
  'history, one page': (model, lines) => model.history(...lines.toReversed()),
};

/** [what, what is said, the messages that come of it]; each has an id in the archive. */
const table: readonly (readonly [string, readonly string[], readonly Partial<Shown>[]])[] = [
  [
    'XEP-0308 a correction',
    [hers('1', says('a')), hers('2', says('b', replace('1')))],
    [{ id: '1', text: 'b', edits: ['a', 'b'] }],
  ],
  [
    'XEP-0308 of the own account, from several devices',
    [mine('1', says('a')), mine('2', says('b', replace('1')))],
    [{ text: 'b', edits: ['a', 'b'], state: 'sent' }],
  ],
  [
    'XEP-0308 several corrections',
    [hers('1', says('a')), hers('2', says('b', replace('1'))), hers('3', says('c', replace('1')))],
    [{ text: 'c', edits: ['a', 'b', 'c'] }],
  ],
  [
    'XEP-0308 §3 a correction of a correction',
    [hers('1', says('a')), hers('2', says('b', replace('1'))), hers('3', says('c', replace('2')))],
    [{ text: 'c', edits: ['a', 'b', 'c'] }],
  ],
  [
    'XEP-0308 §3 a correction of a correction of a correction',
    [
      hers('1', says('a')),
      hers('2', says('b', replace('1'))),
      hers('3', says('c', replace('2'))),
      hers('4', says('d', replace('3'))),
    ],
    [{ text: 'd', edits: ['a', 'b', 'c', 'd'] }],
  ],
  [
    'XEP-0308 a correction that names the origin id',
    [hers('1', says('a', origin('o'))), hers('2', says('b', replace('o')))],
    [{ text: 'b' }],
  ],
  [
    'XEP-0308 §5 a correction by the other side',
    [mine('1', says('a')), hers('2', says('b', replace('1')))],
    [{ id: '1', text: 'a', edits: [] }],
  ],
  [
    'XEP-0308 §5 a correction by the own account of what the other side said',
    [hers('1', says('a')), mine('2', says('b', replace('1')))],
    [{ text: 'a', edits: [] }],
  ],
  [
    'XEP-0308 §5 a correction by a third party',
    [hers('1', says('a')), stanza(OTHER, '2', says('b', replace('1')))],
    [{ text: 'a', edits: [] }],
  ],
  [
    'XEP-0308 §5 a correction by the other side of an own correction',
    [mine('1', says('a')), mine('2', says('b', replace('1'))), hers('3', says('c', replace('2')))],
    [{ text: 'b', edits: ['a', 'b'] }],
  ],
  [
    'XEP-0308 a correction of nothing',
    [hers('1', says('a')), hers('2', says('b', replace('')))],
    [
      { id: '1', text: 'a' },
      { id: '2', text: 'b' },
    ],
  ],
  [
    'XEP-0424 a retraction',
    [hers('1', says('a')), hers('2', says('for others', retract('1')))],
    [{ id: '1', text: '', retracted: true, edits: [] }],
  ],
  [
    'XEP-0424 a retraction of what was corrected, and a correction after it',
    [
      hers('1', says('a')),
      hers('2', says('b', replace('1'))),
      hers('3', retract('1')),
      hers('4', says('c', replace('1'))),
    ],
    [{ text: '', retracted: true, edits: [] }],
  ],
  [
    'XEP-0424 a retraction that names the correction',
    [hers('1', says('a')), hers('2', says('b', replace('1'))), hers('3', retract('2'))],
    [{ text: '', retracted: true, edits: [] }],
  ],
  [
    'XEP-0424 §6 a retraction by the other side',
    [mine('1', says('a')), hers('2', retract('1'))],
    [{ text: 'a', retracted: false }],
  ],
  [
    'XEP-0424 §6 a retraction by a third party',
    [hers('1', says('a')), stanza(OTHER, '2', retract('1'))],
    [{ text: 'a', retracted: false }],
  ],
  [
    'XEP-0444 reactions of both',
    [hers('1', says('a')), mine('2', react('1', '👍')), hers('3', react('1', '❤️', '🎉'))],
    [{ reactions: ['romeo@montague.lit 👍', 'juliet@capulet.lit ❤️🎉'] }],
  ],
  [
    'XEP-0444 §3.1 reactions in place of earlier ones',
    [hers('1', says('a')), hers('2', react('1', '👍')), mine('3', react('1', '👎')), hers('4', react('1', '🎉'))],
    [{ reactions: ['juliet@capulet.lit 🎉', 'romeo@montague.lit 👎'] }],
  ],
  [
    'XEP-0444 §3.2 reactions taken back',
    [hers('1', says('a')), hers('2', react('1', '👍')), hers('3', react('1'))],
    [{ reactions: [] }],
  ],
  [
    'XEP-0444 reactions of a third party, and what is no emoji',
    [hers('1', says('a')), stanza(OTHER, '2', react('1', '👍')), hers('3', react('1', 'buy this'))],
    [{ reactions: [] }],
  ],
  [
    'XEP-0444 reactions stay when a message is corrected, and taken back',
    [hers('1', says('a')), mine('2', react('1', '👍')), hers('3', says('b', replace('1'))), hers('4', retract('1'))],
    [{ text: '', retracted: true, reactions: ['romeo@montague.lit 👍'] }],
  ],
  ['XEP-0184 a receipt', [mine('1', says('a')), hers('2', received('1'))], [{ state: 'delivered' }]],
  [
    'XEP-0184 a receipt of a third party',
    [mine('1', says('a')), stanza(OTHER, '2', received('1'))],
    [{ state: 'sent' }],
  ],
  ['XEP-0184 a receipt of the own account', [mine('1', says('a')), mine('2', received('1'))], [{ state: 'sent' }]],
  [
    'XEP-0184 a receipt of what the other side said',
    [hers('1', says('a')), hers('2', received('1'))],
    [{ state: 'received' }],
  ],
  ['XEP-0333 a marker', [mine('1', says('a')), hers('2', displayed('1'))], [{ state: 'read' }]],
  [
    'XEP-0333 a marker counts for what is before it, and for nothing after it',
    [mine('1', says('a')), mine('2', says('b')), mine('3', says('c')), hers('4', displayed('2'))],
    [{ state: 'read' }, { state: 'read' }, { state: 'sent' }],
  ],
  [
    'XEP-0333 a marker that names the correction',
    [mine('1', says('a')), mine('2', says('b', replace('1'))), hers('3', displayed('2'))],
    [{ text: 'b', state: 'read' }],
  ],
  [
    'XEP-0333 a marker of a third party',
    [mine('1', says('a')), stanza(OTHER, '2', displayed('1'))],
    [{ state: 'sent' }],
  ],
  ['XEP-0333 a marker of the own account', [mine('1', says('a')), mine('2', displayed('1'))], [{ state: 'sent' }]],
  [
    'XEP-0333 a marker of the other side about what it said itself',
    [mine('1', says('a')), hers('2', says('b')), hers('3', displayed('2'))],
    [{ state: 'sent' }, { state: 'received' }],
  ],
];

describe.each(Object.keys(ways))('%s', (way) => {
  // What is said about a message before it was seen is told by the server in order, live.
  it.each(table)('%s', async (_what, said, expected) => {
    const model = createModel();
    await ways[way]!(
      model,
      said.map((xml, at) => ({ xml, archived: `x${at}`, at })),
    );
    // When the archive has told the order, all are the same.
    if (way.endsWith('last first'))
      await model.archive(passFrom(), ...said.map((xml, at) => ({ xml, archived: `x${at}`, at })));
    expect(await model.shown()).toEqual(expected.map((one) => expect.objectContaining(one) as Shown));
  });
});

it('XEP-0333 a marker does not go back', async () => {
  const model = createModel();
  await model.live(mine('1', says('a')), mine('2', says('b')), hers('3', displayed('2')), hers('4', displayed('1')));
  expect((await model.shown()).map(({ state }) => state)).toEqual(['read', 'read']);
});

describe('bounces', () => {
  const bounce = (from: string, id: string, type?: string): string =>
    stanza(from, id, error('item-not-found', type), { type: 'error' });

  it('of a message: why it failed, and whether to try again', async () => {
    const model = createModel();
    await model.live(mine('1', says('a')), bounce(PEER, '1'), mine('2', says('b')), bounce(PEER, '2', 'wait'));
    const [first, second] = await model.messages();
    expect([first!.state, first!.failure]).toEqual(['failed', { condition: 'item-not-found', retry: false }]);
    expect(second!.failure).toEqual({ condition: 'item-not-found', retry: true });
  });

  it.each([
    ['of a third party', bounce(OTHER, '1')],
    ['of the own account', bounce('romeo@montague.lit', '1')],
    ['of another id', bounce(PEER, '2')],
  ])('%s are not believed', async (_who, xml) => {
    const model = createModel();
    await model.live(mine('1', says('a')), xml);
    expect((await model.shown()).map(({ state }) => state)).toEqual(['sent']);
  });

  it('of what the other side said itself are nothing', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), bounce(PEER, '1'));
    expect((await model.messages())[0]).toMatchObject({ state: 'received', text: 'a' });
  });

  it('from one device do not count when another one has got it; a receipt counts after a bounce', async () => {
    const model = createModel();
    await model.live(mine('1', says('a')), hers('2', received('1')), bounce(PEER, '1'));
    await model.live(mine('3', says('b')), bounce(PEER, '3'), hers('4', received('3')));
    expect((await model.messages()).map(({ state, failure }) => [state, failure])).toEqual([
      ['delivered', undefined],
      ['delivered', undefined],
    ]);
    const { batch } = await model.live(hers('5', received('3')));
    expect(batch).toBeUndefined();
  });

  it('count more than a marker', async () => {
    const model = createModel();
    await model.live(mine('1', says('a')), hers('2', displayed('1')), bounce(PEER, '1'));
    expect((await model.messages())[0]!.state).toBe('failed');
  });
});

describe('what was taken back', () => {
  it('is found by nothing, and is nowhere in the store', async () => {
    const model = createModel();
    await model.live(
      hers('1', says('capulet')),
      hers('2', says('montague', replace('1'))),
      hers('3', says('tybalt')),
      hers('5', says('unchanged')),
    );
    expect(await model.search('montague')).toEqual(['1']);
    expect(await model.search('capulet')).toEqual([]);
    await model.live(hers('4', retract('1')), hers('6', retract('3')));
    for (const word of ['capulet', 'montague', 'tybalt']) expect(await model.search(word)).toEqual([]);
    const all = await model.store.read(async (tx) => [
      ...(await tx.findRefs(['1', '2', '3', '4', '6'].map((id) => `${PEER}\n${id}`))),
      ...(await tx.page({ conversation: PEER, limit: 99 })),
    ]);
    expect(JSON.stringify(all)).toContain('unchanged');
    expect(JSON.stringify(all)).not.toMatch(/capulet\b(?!\.lit)|montague\b(?!\.lit)|tybalt/);
    expect((await model.messages()).map(({ edits, content }) => [edits, content])).toEqual([
      [[], { text: '' }],
      [[], { text: '' }],
      [[], { text: 'unchanged' }],
    ]);
  });

  it('stays so when it comes again', async () => {
    const model = createModel();
    await model.live(hers('1', says('secret')), hers('2', retract('1')));
    await model.archive(passFrom(), { xml: hers('1', says('secret')), archived: 'x' });
    await model.live(hers('1', says('secret')));
    expect(await model.texts()).toEqual(['']);
    expect(await model.search('secret')).toEqual([]);
  });

  it('does not count as unread', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), hers('2', says('b')));
    await model.live(hers('3', retract('1')));
    expect((await model.talk())!.unread).toBe(1);
  });

  it('has the time, and the reason where one is given', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), { xml: hers('2', retract('1')), at: 5 });
    expect((await model.messages())[0]!.retracted).toEqual({ time: new Date(Date.UTC(2030, 0, 1, 0, 0, 5)) });
  });
});

describe('XEP-0424 §5.1 tombstones', () => {
  it('are the archive’s word', async () => {
    const model = createModel();
    await model.archive(passFrom(), { xml: hers('1', inside.tombstone), archived: 'x' });
    expect(await model.shown()).toEqual([
      { id: '1', text: '', edits: [], reactions: [], retracted: true, state: 'received' },
    ]);
    expect((await model.talk())!.unread).toBe(0);
  });

  it('beside words are not one', async () => {
    const model = createModel();
    await model.archive(passFrom(), { xml: hers('1', says('a', inside.tombstone)), archived: 'x' });
    expect(await model.shown()).toMatchObject([{ text: 'a', retracted: false }]);
  });

  it('take away what was said, where it was known before', async () => {
    const model = createModel();
    await model.live({ xml: hers('1', says('secret')), archived: 'x' });
    await model.archive(passFrom(), { xml: hers('1', inside.tombstone), archived: 'x' });
    expect(await model.shown()).toMatchObject([{ text: '', retracted: true }]);
    expect(await model.search('secret')).toEqual([]);
    expect((await model.talk())!.unread).toBe(0);
  });
});

it.each([
  ['a retraction', hers('2', retract('1')), { text: '', retracted: true }],
  ['a correction', hers('2', says('b', replace('1'))), { text: 'b' }],
  ['a reaction', mine('2', react('1', '👍')), { reactions: ['romeo@montague.lit 👍'] }],
])('%s that comes before its message waits for it, also without an archive', async (_what, xml, expected) => {
  const model = createModel();
  await model.live(xml);
  expect(await model.shown()).toEqual([]);
  await model.live(hers('1', says('a')));
  expect(await model.shown()).toMatchObject([expected]);
});

it('an id that both sides gave: each changes what it said itself', async () => {
  const model = createModel();
  await model.live(hers('1', says('a')), mine('1', says('b')), hers('2', says('c', replace('1'))));
  await model.live(mine('3', retract('1')));
  expect(await model.shown()).toMatchObject([
    { text: 'c', retracted: false },
    { text: '', retracted: true },
  ]);
});

describe('an id that its sender gave twice', () => {
  it('a correction is of that message also where history tells of it after another of that id', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')));
    await model.history({ xml: hers('1', says('c')), archived: 'x2', at: 7200 });
    await model.history({ xml: hers('2', says('b', replace('1'))), archived: 'x1', at: 1 });
    await model.history({ xml: hers('1', says('a')), archived: 'x0' });
    expect(await model.texts()).toEqual(['b', 'c']);
  });

  it('the same reaction to another message is another one', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), hers('2', says('b')));
    await model.live(mine('9', react('1', '👍')), mine('9', react('2', '👍')));
    expect((await model.shown()).map(({ reactions }) => reactions.length)).toEqual([1, 1]);
  });

  it('once to a message, and once to the correction of another one', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), hers('5', says('x')), hers('2', says('b', replace('1'))));
    await model.live(hers('1', says('y', replace('5'))));
    expect((await model.shown()).map(({ edits }) => edits)).toEqual([
      ['a', 'b'],
      ['x', 'y'],
    ]);
  });

  // Clients that count from the beginning of each session do so.
  it('a correction is of the message before it', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), hers('2', says('b', replace('1'))));
    await model.live(hers('1', says('c')));
    expect(await model.texts()).toEqual(['b', 'c']);
    await model.live(hers('2', says('d', replace('1'))));
    expect(await model.texts()).toEqual(['b', 'd']);
  });

  it('so is a retraction', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), hers('2', retract('1')));
    await model.live({ xml: hers('1', says('c')), at: 3600 });
    expect(await model.texts()).toEqual(['', 'c']);
  });

  it('a retraction that is read before what it took back does not take another', async () => {
    const model = createModel();
    await model.history({ xml: hers('1', says('c')), archived: 'x2', at: 3600 });
    await model.history({ xml: hers('2', retract('1')), archived: 'x1', at: 1 });
    await model.history({ xml: hers('1', says('a')), archived: 'x0' });
    expect(await model.texts()).toEqual(['', 'c']);
  });

  it('and a reaction', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), mine('2', react('1', '👍')));
    await model.live(hers('1', says('c')));
    expect((await model.shown()).map(({ reactions }) => reactions.length)).toEqual([1, 0]);
  });

  it.each([
    ['a marker', displayed('1'), ['read', 'read', 'read']],
    ['a receipt', received('1'), ['sent', 'sent', 'delivered']],
  ])('%s is about the last one', async (_what, content, states) => {
    const lines = [mine('1', says('a')), mine('2', says('b')), mine('1', says('c'))];
    for (const backward of [false, true]) {
      const model = createModel();
      const archived = lines.map((xml, at): Line => ({ xml, archived: `x${at}`, at: at * 100 }));
      for (const line of backward ? archived.toReversed() : archived) await model.history(line);
      await model.live(hers('4', content));
      expect((await model.shown()).map(({ state }) => state).sort()).toEqual(states.toSorted());
      const last = (await model.messages()).at(-1)!;
      expect(last.state).toBe(backward ? states.at(-1) : last.state);
    }
  });

  it('whatever the order in which they come', async () => {
    const lines = [
      hers('1', says('a')),
      hers('2', says('b', replace('1'))),
      mine('3', react('1', '👍')),
      hers('1', says('c')),
      hers('2', says('d', replace('1'))),
      mine('4', react('1', '🎉')),
    ].map((xml, at): Line => ({ xml, archived: `x${at}`, at }));
    const forward = createModel();
    await forward.archive(passFrom(), ...lines);
    const backward = createModel();
    for (const line of lines.toReversed()) await backward.history(line);
    const expected = [
      { text: 'b', reactions: ['romeo@montague.lit 👍'] },
      { text: 'd', reactions: ['romeo@montague.lit 🎉'] },
    ];
    expect(await forward.shown()).toMatchObject(expected);
    expect(await backward.shown()).toMatchObject(expected);
  });
});
