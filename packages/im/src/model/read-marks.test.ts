import { describe, expect, it } from 'vitest';
import { createModel, hers, inside, mine, OTHER, passFrom, PEER, says, stanza } from '../../test/model.ts';
import type { Line, Model } from '../../test/model.ts';
import type { ConversationRecord } from '../store/records.ts';
import { archivedOf } from './incoming.ts';

const { displayed, react, received, replace, retract } = inside;

/** How much is unread, and the text of the message up to which the account has read. */
async function state(model: Model, peer = PEER): Promise<[number, string | undefined]> {
  const talk = await model.talk(peer);
  const read = (await model.messages(peer)).find(({ key }) => key === talk?.read?.key);
  if (read !== undefined) expect(talk!.read!.position).toBe(read.position);
  return [talk?.unread ?? 0, read?.text];
}

async function withTalk(model: Model, change: Partial<ConversationRecord>): Promise<void> {
  await model.store.write(async (tx) => {
    const [talk] = await tx.getConversations([PEER]);
    await tx.putConversations([
      { ...(talk ?? { address: PEER, unread: 0, history: { complete: false, opened: false } }), ...change },
    ]);
  });
}

describe('unread is what others said', () => {
  it.each<[string, readonly string[], number]>([
    ['messages', [hers('1', says('a')), hers('2', says('b'))], 2],
    [
      'but no corrections, reactions, markers and receipts',
      [
        hers('1', says('a')),
        hers('2', says('b', replace('1'))),
        hers('3', react('1', '👍')),
        hers('4', displayed('0')),
        hers('5', received('0')),
      ],
      1,
    ],
    ['but not what was taken back', [hers('1', says('a')), hers('2', retract('1'))], 0],
    ['but not what this account said', [mine('1', says('a'))], 0],
    [
      'after what this account said: who answers has read',
      [hers('1', says('a')), mine('2', says('b')), hers('3', says('c'))],
      1,
    ],
    ['not what this account reacted to', [hers('1', says('a')), mine('2', react('1', '👍'))], 1],
    [
      'after what a device of this account has displayed',
      [hers('1', says('a')), hers('2', says('b')), mine('3', displayed('1'))],
      1,
    ],
    [
      'also where a device displayed what was corrected',
      [hers('1', says('a')), hers('2', says('b', replace('1'))), mine('3', displayed('2'))],
      0,
    ],
    [
      'and no marker goes back',
      [hers('1', says('a')), hers('2', says('b')), mine('3', displayed('2')), mine('4', displayed('1'))],
      0,
    ],
    ['whatever the other side says that it displayed', [hers('1', says('a')), hers('2', displayed('1'))], 1],
    ['whatever a third party displayed', [hers('1', says('a')), stanza(OTHER, '2', displayed('1'))], 1],
    [
      'whatever was displayed in another conversation',
      [hers('1', says('a')), stanza('romeo@montague.lit', '2', displayed('1'), { peer: OTHER })],
      1,
    ],
  ])('%s', async (_what, lines, unread) => {
    const [oneByOne, atOnce, archive] = [createModel(), createModel(), createModel()];
    for (const line of lines) await oneByOne.live(line);
    await atOnce.live(...lines);
    await archive.archive(passFrom(), ...lines.map((xml, at) => ({ xml, archived: `x${at}`, at })));
    for (const model of [oneByOne, atOnce, archive]) expect((await model.talk())!.unread).toBe(unread);
  });

  it('in each conversation by itself', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), stanza(OTHER, '1', says('b')), mine('2', says('c')));
    expect([await state(model), await state(model, OTHER)]).toEqual([
      [0, 'c'],
      [1, undefined],
    ]);
  });

  it('what waits to be sent has not been said', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')));
    await model.local(mine('2', says('b')));
    expect(await state(model)).toEqual([1, undefined]);
  });
});

describe('marks of messages that are not here yet', () => {
  it.each([
    ['live', false],
    ['while history is read backwards', true],
  ])('%s are kept until they come', async (_how, backward) => {
    const model = createModel();
    const take = backward ? model.history : model.live;
    await take({ xml: mine('9', displayed('2')), archived: 'x9' });
    await take({ xml: hers('8', displayed('1')), archived: 'x8' });
    await take({ xml: hers('7', received('1')), archived: 'x7' });
    if (backward) {
      await take({ xml: hers('2', says('b')), archived: 'x2' });
      await take({ xml: mine('1', says('a')), archived: 'x1' });
    } else {
      await take({ xml: mine('1', says('a')), archived: 'x1' });
      await take({ xml: hers('2', says('b')), archived: 'x2' });
    }
    await model.live(hers('3', says('c')));
    expect(await state(model)).toEqual([1, 'b']);
    expect((await model.messages())[0]!.state).toBe('read');
    const { received: left = [], ...marks } = (await model.talk())!.early!;
    expect([left, marks]).toEqual([[], {}]);
  });

  it('a receipt comes before the message of another device', async () => {
    const model = createModel();
    await model.live(hers('2', received('1')));
    await model.live(mine('1', says('a')));
    expect((await model.messages())[0]!.state).toBe('delivered');
  });

  it('a forged one is for nobody', async () => {
    const model = createModel();
    await model.live(stanza(OTHER, '2', received('1')), stanza(OTHER, '3', displayed('1')));
    await model.live(mine('1', says('a')));
    expect((await model.messages())[0]!.state).toBe('sent');
  });

  it('the other side can’t make this account have read', async () => {
    const model = createModel();
    await model.live(hers('9', displayed('1')));
    await model.live(hers('1', says('a')));
    expect(await state(model)).toEqual([1, undefined]);
  });

  it('are not kept without end', async () => {
    const model = createModel();
    await model.live(...Array.from({ length: 1000 }, (_, at) => hers(`r${at}`, received(`unknown ${at}`))));
    expect((await model.talk())!.early!.received).toHaveLength(100);
    await model.live(mine('unknown 999', says('a')));
    expect((await model.messages())[0]!.state).toBe('delivered');
  });

  it('the receipt of a correction is not waited for', async () => {
    const model = createModel();
    await model.live(mine('1', says('a')), mine('2', says('b', replace('1'))), hers('3', received('2')));
    expect((await model.talk())!.early).toBeUndefined();
  });

  it('in history, the one that was said last counts', async () => {
    const model = createModel();
    await model.history({ xml: hers('9', displayed('2')), archived: 'x9' });
    await model.history({ xml: hers('8', displayed('1')), archived: 'x8' });
    await model.history({ xml: mine('2', says('b')), archived: 'x2' }, { xml: mine('1', says('a')), archived: 'x1' });
    expect((await model.messages()).map(({ state: one }) => one)).toEqual(['read', 'read']);
  });
});

describe('XEP-0490 what the devices have agreed on', () => {
  it('counts when its message comes', async () => {
    const model = createModel();
    await withTalk(model, { displayed: archivedOf('', 'x2') });
    await model.live({ xml: hers('1', says('a')), archived: 'x1' });
    expect(await state(model)).toEqual([1, undefined]);
    await model.live({ xml: hers('2', says('b')), archived: 'x2' }, { xml: hers('3', says('c')), archived: 'x3' });
    expect(await state(model)).toEqual([1, 'b']);
  });

  it('counts when a message that is here turns out to be it', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')));
    await withTalk(model, { displayed: archivedOf('', 'x1') });
    await model.archive(passFrom(), { xml: hers('1', says('a')), archived: 'x1' });
    expect(await state(model)).toEqual([0, 'a']);
  });

  it('does not go back behind what was read here', async () => {
    const model = createModel();
    await model.live({ xml: hers('1', says('a')), archived: 'x1' }, { xml: mine('2', says('b')), archived: 'x2' });
    await withTalk(model, { displayed: archivedOf('', 'x1') });
    await model.live(hers('3', says('c')));
    expect(await state(model)).toEqual([1, 'b']);
  });
});

it('marks go along when the archive puts their messages elsewhere', async () => {
  const model = createModel();
  await model.live(hers('3', says('c')), hers('1', says('a')), mine('2', says('b')), hers('4', displayed('2')));
  expect(await state(model)).toEqual([0, 'b']);
  const archived = [hers('1', says('a')), mine('2', says('b')), hers('3', says('c'))].map((xml, at): Line => ({
    xml,
    archived: `x${at}`,
  }));
  await model.archive(passFrom(), ...archived);
  expect(await model.texts()).toEqual(['a', 'b', 'c']);
  expect(await state(model)).toEqual([1, 'b']);
  expect((await model.messages())[1]!.state).toBe('read');
});

it('marks go along also where nothing else is known of what was read', async () => {
  const model = createModel();
  await model.live(hers('b', says('b')), hers('a', says('a')), mine('1', displayed('b')));
  await model.live(
    stanza('romeo@montague.lit', 'd', says('d'), { peer: OTHER }),
    stanza('romeo@montague.lit', 'c', says('c'), { peer: OTHER }),
  );
  await model.live(stanza(OTHER, '2', displayed('d')));
  expect(await state(model)).toEqual([1, 'b']);
  expect((await model.shown(OTHER)).map((one) => `${one.text} ${one.state}`)).toEqual(['d read', 'c sent']);
  const archived = [
    hers('a', says('a')),
    hers('b', says('b')),
    stanza('romeo@montague.lit', 'c', says('c'), { peer: OTHER }),
    stanza('romeo@montague.lit', 'd', says('d'), { peer: OTHER }),
  ];
  await model.archive(passFrom(), ...archived.map((xml, at): Line => ({ xml, archived: `x${at}` })));
  expect(await state(model)).toEqual([0, 'b']);
  expect((await model.shown(OTHER)).map((one) => `${one.text} ${one.state}`)).toEqual(['c read', 'd read']);
});

it('a mark whose message was taken back stays where it was, and is told again', async () => {
  const model = createModel();
  await model.live(hers('1', says('a')), hers('2', says('b')), mine('3', displayed('2')));
  await model.live(hers('4', retract('2')));
  expect((await model.talk())!).toMatchObject({ unread: 0, publish: true });
});

describe('changes', () => {
  it('are one batch for each transaction, with the keys of messages alone', async () => {
    const model = createModel();
    const first = await model.live(hers('1', says('a')), stanza(OTHER, '1', says('b')));
    const keys = first.added.map(({ key }) => key);
    expect(first.batch).toEqual({ revision: 1, conversations: [PEER, OTHER], added: keys, changed: [], removed: [] });
    const second = await model.live(hers('2', says('c', replace('1'))), hers('3', says('d')));
    const [record] = second.added;
    expect(second.batch).toEqual({
      revision: 2,
      conversations: [PEER],
      added: [record!.key],
      changed: [keys[0]],
      removed: [],
    });
    const third = await model.live(mine('9', displayed('3')));
    expect(third.batch).toEqual({ revision: 3, conversations: [PEER], added: [], changed: [], removed: [] });
    expect(await model.store.read((tx) => tx.changesAfter(0))).toEqual([first.batch, second.batch, third.batch]);
  });

  it('what was new in the same transaction in which it changed is new', async () => {
    const model = createModel();
    const { batch, added } = await model.live(hers('1', says('a')), hers('2', says('b', replace('1'))));
    expect(batch).toMatchObject({ added: [added[0]!.key], changed: [] });
    expect(added[0]!.data.edits).toHaveLength(1);
  });

  it('are none where nothing happened', async () => {
    const model = createModel();
    await model.live(hers('1', says('a')), mine('2', displayed('1')));
    const { batch } = await model.live(hers('1', says('a')), mine('2', displayed('1')));
    expect(batch).toBeUndefined();
    expect(await model.store.read((tx) => tx.revision())).toBe(1);
  });

  it('events are told by their place', async () => {
    const model = createModel();
    const { events } = await model.live(mine('0', displayed('9')), hers('1', says('a')), hers('2', react('1', '👍')));
    expect(events.map((one) => one?.kind)).toEqual([undefined, 'message', 'reactions']);
  });

  it('the conversation knows its newest message', async () => {
    const model = createModel();
    await model.live({ xml: hers('1', says('a')), at: 1 }, { xml: hers('2', says('b')), at: 2 });
    const [, last] = await model.messages();
    expect((await model.talk())!.last).toEqual({
      key: last!.key,
      position: last!.position,
      time: last!.time.getTime(),
    });
  });
});
