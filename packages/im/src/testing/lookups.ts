import type { EventRecord } from '../store/records.ts';
import { rejects, same } from './assert.ts';
import type { StoreCheck } from './check.ts';
import { change, JULIET, keys, message, put, ROMEO, sorted } from './records.ts';

const check = (name: string, run: StoreCheck['run']): StoreCheck => ({ name, shared: false, run });

/** Seven messages of Romeo, at 10, 20 … 70; between them a message of Juliet and a change. */
const seven: readonly EventRecord[] = [
  ...[1, 2, 3, 4, 5, 6, 7].map((at) => message(`m${at}`, at * 10)),
  message('other', 35, { conversation: JULIET }),
  change('edit', 45, 'id-m1'),
];

/** How events are looked up, counted and paged. */
export const lookups: readonly StoreCheck[] = [
  check('pages both ways, with an end on each side', async ({ open }) => {
    const store = await open();
    await put(store, ...[...seven].reverse());
    const cases: readonly [string, { before?: number; after?: number; limit: number }, string][] = [
      ['the newest', { limit: 3 }, 'm5 m6 m7'],
      ['all', { limit: 100 }, 'm1 m2 m3 m4 m5 m6 m7'],
      ['none', { limit: 0 }, ''],
      ['none before', { before: 40, limit: 0 }, ''],
      ['none after', { after: 40, limit: 0 }, ''],
      ['before a message', { before: 50, limit: 2 }, 'm3 m4'],
      ['before a place between messages', { before: 45, limit: 2 }, 'm3 m4'],
      ['fewer than asked for', { before: 30, limit: 5 }, 'm1 m2'],
      ['before the first', { before: 10, limit: 5 }, ''],
      ['before everything', { before: -Infinity, limit: 5 }, ''],
      ['before the end', { before: Infinity, limit: 2 }, 'm6 m7'],
      ['after a message', { after: 40, limit: 2 }, 'm5 m6'],
      ['after a place between messages', { after: 45, limit: 2 }, 'm5 m6'],
      ['after the last', { after: 70, limit: 5 }, ''],
      ['after the end', { after: Infinity, limit: 5 }, ''],
      ['after the beginning', { after: -Infinity, limit: 2 }, 'm1 m2'],
      ['between', { after: 20, before: 60, limit: 9 }, 'm3 m4 m5'],
      ['between nothing', { after: 60, before: 20, limit: 9 }, ''],
    ];
    await store.read(async (tx) => {
      for (const [what, query, expected] of cases) {
        same(keys(await tx.page({ conversation: ROMEO, ...query })).join(' '), expected, what);
      }
      same(keys(await tx.page({ conversation: JULIET, limit: 5 })), ['other'], 'the other conversation');
    });
  }),

  check('positions may be any number', async ({ open }) => {
    const store = await open();
    const places = [-1e15, -2, -1.5, -1e-9, 0, 1e-9, 0.1, 0.2, 0.30000000000000004, 1, 1.5, 2 ** 31, 1.7e12, 2 ** 53];
    await put(store, ...places.map((position, at) => message(`p${at}`, position, { text: 'word' })).reverse());
    await store.read(async (tx) => {
      const page = await tx.page({ conversation: ROMEO, limit: 50 });
      same(
        page.map(({ position }) => position),
        places,
        'in order',
      );
      const found = await tx.search({ words: ['word'], limit: 50 });
      same(
        found.map(({ position }) => position),
        [...places].reverse(),
        'the newest first',
      );
      for (const [at, position] of places.entries()) {
        same((await tx.page({ conversation: ROMEO, before: position, limit: 50 })).length, at, `before ${position}`);
        same(
          (await tx.page({ conversation: ROMEO, after: position, limit: 50 })).length,
          places.length - 1 - at,
          `after ${position}`,
        );
        same(await tx.countUnread(ROMEO, position), places.length - 1 - at, `unread after ${position}`);
        same(
          (await tx.search({ words: ['word'], before: position, limit: 50 })).length,
          at,
          `found before ${position}`,
        );
      }
    });
  }),

  check('an event that is put again has its new place only', async ({ open }) => {
    const store = await open();
    await put(store, ...seven);
    await put(store, message('m1', 80));
    await store.read(async (tx) => {
      same(keys(await tx.page({ conversation: ROMEO, limit: 3 })), ['m6', 'm7', 'm1'], 'the end');
      same(keys(await tx.page({ conversation: ROMEO, after: 0, limit: 1 })), ['m2'], 'the beginning');
    });
    // Two change places; for a moment both have the same.
    await put(store, message('m6', 70), message('m7', 60));
    same(keys(await store.read((tx) => tx.page({ conversation: ROMEO, limit: 3 }))), ['m7', 'm6', 'm1'], 'exchanged');
    // All move by one, each to where the next one still is.
    const moved = [2, 3, 4, 5].map((at) => message(`m${at}`, at * 10 + 10, { text: 'moved' }));
    await put(store, message('m7', 90), ...moved);
    await store.read(async (tx) => {
      same(
        keys(await tx.page({ conversation: ROMEO, limit: 9 })),
        ['m2', 'm3', 'm4', 'm5', 'm6', 'm1', 'm7'],
        'moved on',
      );
      same(keys(await tx.search({ words: ['moved'], limit: 9 })), ['m5', 'm4', 'm3', 'm2'], 'found where they are');
    });
    await put(store, message('m2', 30, { conversation: JULIET }));
    await store.read(async (tx) => {
      same(keys(await tx.page({ conversation: JULIET, limit: 9 })), ['m2', 'other'], 'in another conversation');
      same(keys(await tx.page({ conversation: ROMEO, before: 50, limit: 9 })), ['m3'], 'no longer in the first');
    });
  }),

  check('unread are messages that count, after a position', async ({ open }) => {
    const store = await open();
    await put(
      store,
      ...seven,
      message('own', 55, { counts: false }),
      change('counting', 56, 'id-m1', { counts: true }),
    );
    const count = (after: number): Promise<number> => store.read((tx) => tx.countUnread(ROMEO, after));
    same(await count(-Infinity), 7, 'all');
    same(await count(40), 3, 'after a message');
    same(await count(45), 3, 'after a place between messages');
    same(await count(70), 0, 'after the last');
    await put(store, message('m7', 70, { counts: false }));
    same(await count(40), 2, 'when one does not count any more');
    await store.write((tx) => tx.deleteEvents(['m6']));
    same(await count(40), 1, 'when one is gone');
  }),

  check('an archived id leads to one event', async ({ open }) => {
    const store = await open();
    await put(store, message('a', 1, { archived: 'x' }), message('b', 2, { archived: 'y' }), message('c', 3));
    const find = async (...ids: string[]): Promise<string[]> => sorted(await store.read((tx) => tx.findArchived(ids)));
    same(await find('x', 'y', 'z'), ['a', 'b'], 'two of three');
    await rejects(
      put(store, message('new', 4), message('d', 5, { archived: 'x' })),
      () => true,
      'a second event of that id',
    );
    same(await store.read((tx) => tx.getEvents(['new', 'd'])), [], 'what was refused');
    same(await find('x'), ['a'], 'the first event of that id');
    await put(store, message('a', 1, { archived: 'x' }));
    same(await find('x'), ['a'], 'the same event again');
    await put(store, message('a', 1), message('c', 3, { archived: 'x' }));
    same(await find('x'), ['c'], 'handed on');
    await store.write(async (tx) => {
      await tx.deleteEvents(['c']);
      await tx.putEvents([message('e', 6, { archived: 'x' })]);
    });
    same(await find('x', 'y'), ['b', 'e'], 'after a deletion');
  }),

  check('several events may share a name; each is found once', async ({ open }) => {
    const store = await open();
    await put(store, message('a', 1, { refs: ['x', 'y'] }), message('b', 2, { refs: ['y', 'z'] }), message('c', 3));
    const find = async (...refs: string[]): Promise<string[]> => sorted(await store.read((tx) => tx.findRefs(refs)));
    same(await find('y'), ['a', 'b'], 'a shared name');
    same(await find('x', 'y', 'z'), ['a', 'b'], 'several names');
    same(await find('x', 'unknown'), ['a'], 'an own name');
    await put(store, message('a', 1, { refs: ['w'] }), message('c', 3, { refs: ['y', 'y'] }));
    same(await find('y'), ['b', 'c'], 'a name that was given away');
    same(await find('x'), [], 'a name that nobody has any more');
    same(await find('w'), ['a'], 'a new name');
    await store.write((tx) => tx.deleteEvents(['b', 'a']));
    same(await find('w', 'x', 'y', 'z'), ['c'], 'after a deletion');
  }),

  check('changes are found by the names of what they change', async ({ open }) => {
    const store = await open();
    await put(
      store,
      change('a', 1, 'x'),
      change('b', 2, 'x'),
      change('c', 3, 'y', { kind: 'reactions' }),
      message('d', 4),
    );
    const find = async (...targets: string[]): Promise<string[]> =>
      sorted(await store.read((tx) => tx.findChanges(targets)));
    same(await find('x'), ['a', 'b'], 'two of one message');
    same(await find('x', 'y', 'z'), ['a', 'b', 'c'], 'of several messages');
    await put(store, change('a', 1, 'z'));
    same(await find('x'), ['b'], 'one that changes another message');
    await store.write((tx) => tx.deleteEvents(['c']));
    same(await find('y', 'z'), ['a'], 'after a deletion');
  }),

  check('thousands of events at once', async ({ open }) => {
    const store = await open();
    const many = Array.from({ length: 3000 }, (_, at) =>
      message(`k${at}`, at, { archived: `a${at}`, refs: [`r${at}`, `s${at}`], text: `common word${at}` }),
    );
    await put(store, ...many);
    await store.read(async (tx) => {
      same((await tx.getEvents(keys(many))).length, 3000, 'by their keys');
      same((await tx.findArchived(many.map((one) => one.archived!))).length, 3000, 'by their archived ids');
      same((await tx.findRefs(many.flatMap((one) => one.refs))).length, 3000, 'by their names');
      same(keys(await tx.search({ words: ['common'], limit: 2 })), ['k2999', 'k2998'], 'by a common word');
      same(
        keys(await tx.page({ conversation: ROMEO, before: 1500, limit: 2 })),
        ['k1498', 'k1499'],
        'a page in the middle',
      );
      same(await tx.countUnread(ROMEO, 999), 2000, 'unread');
    });
    await store.write((tx) => tx.deleteEvents(keys(many)));
    await store.read(async (tx) => {
      same(await tx.getEvents(keys(many)), [], 'deleted');
      same(await tx.search({ words: ['common'], limit: 2 }), [], 'deleted, by a word');
    });
  }),
];
