import { StoreError } from '../store/errors.ts';
import { eventually, rejects, same } from './assert.ts';
import type { StoreCheck } from './check.ts';
import { batch, change, conversation, everything, JULIET, keys, message, put, ROMEO, waiting } from './records.ts';

const check = (name: string, run: StoreCheck['run']): StoreCheck => ({ name, shared: false, run });
const isClosed = (error: unknown): boolean => error instanceof StoreError && error.reason === 'closed';

/** All or nothing, one after the other. */
export const transactions: readonly StoreCheck[] = [
  check('a transaction sees what it has written', async ({ open }) => {
    const store = await open();
    await put(store, message('old', 1, { text: 'ancient words', refs: ['r'], archived: 'a' }), change('c', 2, 't'));
    await store.write(async (tx) => {
      await tx.setMeta('setting', 1);
      await tx.putConversations([conversation(ROMEO)]);
      await tx.putEvents([
        message('old', 5, { text: 'modern words', refs: ['s'], archived: 'b' }),
        message('new', 3, { text: 'modern art' }),
      ]);
      await tx.putOutbox([waiting(1)]);
      await tx.putChanges(batch(1));
      same(await tx.getMeta('setting'), 1, 'the setting');
      same((await tx.conversations()).length, 1, 'conversations');
      same(keys(await tx.page({ conversation: ROMEO, limit: 9 })), ['new', 'old'], 'the page');
      same(keys(await tx.search({ words: ['modern'], limit: 9 })), ['old', 'new'], 'new words');
      same(await tx.search({ words: ['ancient'], limit: 9 }), [], 'old words');
      same(await tx.findRefs(['r']), [], 'the old name');
      same(keys(await tx.findRefs(['s'])), ['old'], 'the new name');
      same(await tx.findArchived(['a']), [], 'the old archived id');
      same(keys(await tx.findArchived(['b'])), ['old'], 'the new archived id');
      same(await tx.countUnread(ROMEO, 1), 2, 'unread');
      same((await tx.outbox()).length, 1, 'the outbox');
      same(await tx.revision(), 1, 'the revision');
      same(await tx.changesAfter(0), [batch(1)], 'changes');
      await tx.deleteEvents(['old', 'c']);
      same(keys(await tx.search({ words: ['modern'], limit: 9 })), ['new'], 'words after a deletion');
      same(keys(await tx.page({ conversation: ROMEO, limit: 9 })), ['new'], 'the page after a deletion');
      same(await tx.findChanges(['t']), [], 'changes of a message after a deletion');
      await tx.putEvents([message('old', 6, { text: 'modern again' })]);
      same(keys(await tx.search({ words: ['modern'], limit: 9 })), ['old', 'new'], 'words of what came again');
    });
    await store.read(async (tx) => {
      same(keys(await tx.search({ words: ['modern'], limit: 9 })), ['old', 'new'], 'words in the end');
      same(await tx.search({ words: ['art', 'again'], limit: 9 }), [], 'words of two messages');
    });
  }),

  check('several questions at once within a transaction', async ({ open }) => {
    const store = await open();
    await put(store, message('a', 1, { text: 'word' }), message('b', 2, { text: 'word' }));
    const answers = await store.read((tx) =>
      Promise.all([
        tx.page({ conversation: ROMEO, limit: 1 }).then(keys),
        tx.getEvents(['a']).then(keys),
        tx.search({ words: ['word'], limit: 9 }).then(keys),
        tx.countUnread(ROMEO, 0),
        tx.revision(),
      ]),
    );
    same(answers, [['b'], ['a'], ['b', 'a'], 2, 0], 'answers');
    await store.write(async (tx) => {
      await Promise.all([tx.putEvents([message('c', 3)]), tx.setMeta('setting', 1), tx.putOutbox([waiting(1)])]);
    });
    same(await store.read((tx) => tx.countUnread(ROMEO, 0)), 3, 'written at once');
  }),

  check('a write that rejects leaves nothing behind', async ({ open }) => {
    const store = await open();
    const before = [
      message('a', 1, { text: 'alpha common', refs: ['ra', 'shared'], archived: 'aa' }),
      message('b', 2, { text: 'beta common', refs: ['rb', 'shared'], archived: 'ab' }),
      message('j', 3, { conversation: JULIET, text: 'julia common' }),
      change('c', 4, 'ra'),
    ];
    const after = [
      message('a', 9, { text: 'omega common', refs: ['rn'], archived: 'an', counts: false }),
      message('n', 5, { text: 'newcomer common', refs: ['shared'], archived: 'aa', target: 'tn' }),
      change('c', 6, 'rb'),
      message('j', 7, { text: 'moved common' }),
    ];
    const words = ['alpha', 'beta', 'julia', 'common', 'omega', 'newcomer', 'moved'];
    const state = (): Promise<unknown> => store.read((tx) => everything(tx, [...before, ...after], words));
    await store.write(async (tx) => {
      await tx.setMeta('setting', { kept: true });
      await tx.putConversations([conversation(ROMEO, 2), conversation(JULIET, 1)]);
      await tx.putEvents(before);
      await tx.putOutbox([waiting(1), waiting(2)]);
      await tx.putChanges(batch(1));
    });
    const expected = await state();
    const fault = new Error('changed its mind');
    const failing = store.write(async (tx) => {
      await tx.setMeta('setting', undefined);
      await tx.setMeta('other', 1);
      await tx.putConversations([conversation(ROMEO, 9), conversation('new@montague.lit')]);
      await tx.deleteConversation(JULIET);
      await tx.putEvents(after);
      await tx.search({ words: ['common'], limit: 9 });
      await tx.deleteEvents(['b', 'n']);
      await tx.putEvents([message('b', 8, { text: 'beta returned' })]);
      await tx.putOutbox([waiting(2, { sentBy: 'me' }), waiting(3)]);
      await tx.deleteOutbox([1]);
      await tx.putChanges(batch(2));
      throw fault;
    });
    await rejects(failing, (error) => error === fault, 'the error of the work');
    same(await state(), expected, 'the state after it');
    same(await store.read((tx) => tx.getMeta('other')), undefined, 'a new setting');
    await store.write((tx) => tx.putEvents(after));
    same(
      keys(await store.read((tx) => tx.search({ words: ['common'], limit: 9 }))),
      ['a', 'j', 'n', 'b'],
      'the next write',
    );
  }),

  check('work that throws at once, and a read that rejects', async ({ open }) => {
    const store = await open();
    const fault = new Error('at once');
    const thrower = (): Promise<never> => {
      throw fault;
    };
    await rejects(store.write(thrower), (error) => error === fault, 'write');
    await rejects(store.read(thrower), (error) => error === fault, 'read');
    await rejects(
      store.read(async () => thrower()),
      (error) => error === fault,
      'read, later',
    );
    await put(store, message('a', 1));
    same(keys(await store.read((tx) => tx.getEvents(['a']))), ['a'], 'what comes after it');
  }),

  check('writes of one store do not overlap', async ({ open }) => {
    const store = await open();
    const increment = (): Promise<void> =>
      store.write(async (tx) => {
        const count = (await tx.getMeta('count')) as number | undefined;
        await tx.getConversations([ROMEO]);
        await tx.setMeta('count', (count ?? 0) + 1);
      });
    await Promise.all(Array.from({ length: 100 }, increment));
    same(await store.read((tx) => tx.getMeta('count')), 100, 'the count');
  }),

  check('tells of its own writes', async ({ open }) => {
    const store = await open();
    let [first, second] = [0, 0];
    const listening = store.onChange(() => (first += 1));
    store.onChange(() => (second += 1));
    await put(store, message('a', 1));
    await eventually(() => first > 0 && second > 0, 'the listeners are called');
    listening[Symbol.dispose]();
    const [heard, soFar] = [first, second];
    await put(store, message('b', 2));
    await eventually(() => second > soFar, 'the other listener is called');
    same(first, heard, 'calls of the listener that was taken away');
  }),

  check('a listener may be added twice, and may read', async ({ open }) => {
    const store = await open();
    let calls = 0;
    const listener = (): void => void store.read((tx) => tx.revision()).then(() => (calls += 1));
    const one = store.onChange(listener);
    const other = store.onChange(listener);
    one[Symbol.dispose]();
    await put(store, message('a', 1));
    await eventually(() => calls > 0, 'the second listener is called');
    other[Symbol.dispose]();
  }),

  check('a closed store ends what runs, and takes no more', async ({ open }) => {
    const store = await open();
    const running = store.write(async (tx) => {
      for (let at = 0; at < 20; at++) await tx.putEvents([message(`k${at}`, at)]);
      return (await tx.page({ conversation: ROMEO, limit: 50 })).length;
    });
    await store.close();
    same(await running, 20, 'what was running');
    await rejects(
      store.read(async () => 1),
      isClosed,
      'read',
    );
    await rejects(
      store.write(async () => 1),
      isClosed,
      'write',
    );
    await store.close();
    store.onChange(() => undefined)[Symbol.dispose]();
  }),
];
