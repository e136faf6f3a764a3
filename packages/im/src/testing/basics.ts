import type { EventRecord } from '../store/records.ts';
import { same } from './assert.ts';
import type { StoreCheck } from './check.ts';
import { batch, conversation, JULIET, keys, message, put, ROMEO, waiting } from './records.ts';

const check = (name: string, run: StoreCheck['run']): StoreCheck => ({ name, shared: false, run });

/** What is put, and read back. */
export const basics: readonly StoreCheck[] = [
  check('a new store is empty', async ({ open }) => {
    const store = await open();
    await store.read(async (tx) => {
      same(await tx.getMeta('setting'), undefined, 'a setting');
      same(await tx.conversations(), [], 'conversations');
      same(await tx.getConversations([ROMEO]), [], 'a conversation');
      same(await tx.getEvents(['k']), [], 'an event');
      same(await tx.findArchived(['a']), [], 'an archived event');
      same(await tx.findRefs(['r']), [], 'a name');
      same(await tx.findChanges(['t']), [], 'changes');
      same(await tx.page({ conversation: ROMEO, limit: 10 }), [], 'a page');
      same(await tx.countUnread(ROMEO, 0), 0, 'unread');
      same(await tx.search({ words: ['hello'], limit: 10 }), [], 'a search');
      same(await tx.outbox(), [], 'the outbox');
      same(await tx.changesAfter(0), [], 'batches of changes');
      same(await tx.revision(), 0, 'the revision');
    });
  }),

  check('asking for nothing and writing nothing is allowed', async ({ open }) => {
    const store = await open();
    await store.write(async (tx) => {
      same(await tx.getEvents([]), [], 'events');
      same(await tx.getConversations([]), [], 'conversations');
      same(await tx.findArchived([]), [], 'archived events');
      same(await tx.findRefs([]), [], 'names');
      same(await tx.findChanges([]), [], 'changes');
      same(await tx.search({ words: [], limit: 10 }), [], 'a search for nothing');
      await tx.putEvents([]);
      await tx.deleteEvents([]);
      await tx.putConversations([]);
      await tx.putOutbox([]);
      await tx.deleteOutbox([]);
      await tx.setMeta('unknown', undefined);
      await tx.deleteConversation('nobody@montague.lit');
      await tx.deleteEvents(['unknown']);
      await tx.deleteOutbox([7]);
    });
  }),

  check('read and write resolve with what the work resolves with', async ({ open }) => {
    const store = await open();
    same(await store.read(async () => 'read'), 'read', 'read');
    same(await store.write(async () => ({ written: true })), { written: true }, 'write');
  }),

  check('settings are kept, replaced and removed', async ({ open }) => {
    const store = await open();
    const values: Record<string, unknown> = {
      text: 'a "b" \\ \n \u2028 é 🎉',
      number: 1.5,
      zero: 0,
      no: false,
      nothing: null,
      list: [1, ['two', { three: 3 }]],
      object: { deep: { deeper: [null, true] } },
      empty: '',
    };
    await store.write(async (tx) => {
      for (const [name, value] of Object.entries(values)) await tx.setMeta(name, value);
    });
    await store.read(async (tx) => {
      for (const [name, value] of Object.entries(values)) same(await tx.getMeta(name), value, name);
    });
    await store.write(async (tx) => {
      await tx.setMeta('text', 'another');
      await tx.setMeta('number', undefined);
    });
    await store.read(async (tx) => {
      same(await tx.getMeta('text'), 'another', 'replaced');
      same(await tx.getMeta('number'), undefined, 'removed');
      same(await tx.getMeta('zero'), 0, 'untouched');
    });
  }),

  check('conversations are kept, replaced and deleted; their events stay', async ({ open }) => {
    const store = await open();
    const full = {
      ...conversation(ROMEO, 3),
      last: { key: 'k', position: 4.5, time: 5 },
      read: { key: 'r', position: 1 },
      peerRead: { key: 'p', position: 2 },
      displayed: 'd',
      early: { peerRead: 'x', ownRead: 'y', received: ['a', 'b'] },
      history: { oldest: 'o', complete: true, opened: true },
    };
    await store.write(async (tx) => {
      await tx.putConversations([full, conversation(JULIET, 1)]);
      await tx.putEvents([message('k', 1)]);
    });
    await store.read(async (tx) => {
      same((await tx.conversations()).length, 2, 'all conversations');
      same(await tx.getConversations([ROMEO, 'nobody@montague.lit']), [full], 'one of them');
    });
    await store.write((tx) => tx.putConversations([conversation(ROMEO)]));
    same(await store.read((tx) => tx.getConversations([ROMEO])), [conversation(ROMEO)], 'replaced');
    await store.write((tx) => tx.deleteConversation(ROMEO));
    await store.read(async (tx) => {
      same(await tx.conversations(), [conversation(JULIET, 1)], 'what is left');
      same(await tx.getConversations([ROMEO]), [], 'the deleted one');
      same(keys(await tx.page({ conversation: ROMEO, limit: 5 })), ['k'], 'its events');
    });
  }),

  check('an event comes back as it was put', async ({ open }) => {
    const store = await open();
    const author = { address: ROMEO, occupantId: 'occupant' };
    const full: EventRecord = {
      key: 'full',
      conversation: ROMEO,
      kind: 'message',
      position: 12.25,
      archived: 'archive\narchived',
      refs: ['a', 'b'],
      target: 'c',
      counts: false,
      text: 'what it is found by',
      data: {
        id: 'i',
        originId: 'o',
        author,
        outgoing: true,
        time: 1_700_000_000_123,
        confirmed: false,
        content: {
          text: 'said',
          lang: 'en',
          subject: 's',
          spoiler: '',
          unstyled: true,
          attachments: [{ url: 'https://capulet.lit/file', size: 1, inline: false }],
          encryption: 'OMEMO',
        },
        thread: 't',
        replyTo: 'r',
        markable: true,
        receiptWanted: false,
        state: 'failed',
        failure: { condition: 'forbidden', text: 'no', retry: false },
        edits: [{ time: 1, content: { text: 'edited' } }],
        retracted: { time: 2, reason: 'why' },
        reactions: [{ author, emojis: ['👍🏽', '❤️'], time: 3 }],
        emojis: [],
      },
    };
    const bare = message('bare', 3);
    await put(store, full, bare);
    await store.read(async (tx) => {
      same(await tx.getEvents(['full']), [full], 'by its key');
      same(await tx.getEvents(['bare', 'unknown']), [bare], 'without what is optional');
      same(await tx.findArchived(['archive\narchived']), [full], 'by its archived id');
      same(await tx.findRefs(['b']), [full], 'by a name');
      same(await tx.findChanges(['c']), [full], 'by its target');
      same(await tx.page({ conversation: ROMEO, limit: 5 }), [bare, full], 'on a page');
      same(await tx.search({ words: ['found'], limit: 5 }), [full], 'by a word');
    });
  }),

  check('the outbox is in order', async ({ open }) => {
    const store = await open();
    await store.write((tx) => tx.putOutbox([waiting(10), waiting(9, { event: 'e' }), waiting(100, { sentBy: 'me' })]));
    const seqs = async (): Promise<number[]> => (await store.read((tx) => tx.outbox())).map(({ seq }) => seq);
    same(await seqs(), [9, 10, 100], 'put in another order');
    await store.write(async (tx) => {
      await tx.putOutbox([waiting(10, { sentBy: 'me' }), waiting(11)]);
      await tx.deleteOutbox([9, 12]);
    });
    same(
      await store.read((tx) => tx.outbox()),
      [waiting(10, { sentBy: 'me' }), waiting(11), waiting(100, { sentBy: 'me' })],
      'replaced',
    );
  }),

  check('changes are kept for a while, and missing ones are noticed', async ({ open }) => {
    const store = await open();
    await store.write(async (tx) => {
      await tx.putChanges(batch(1));
      await tx.putChanges({ revision: 2, conversations: [JULIET], added: [], changed: ['a'], removed: ['b', 'c'] });
      await tx.putChanges(batch(3));
    });
    await store.read(async (tx) => {
      same(await tx.revision(), 3, 'the revision');
      same(
        (await tx.changesAfter(0))?.map(({ revision }) => revision),
        [1, 2, 3],
        'all',
      );
      same((await tx.changesAfter(1))?.[0]?.removed, ['b', 'c'], 'what a batch says');
      same(await tx.changesAfter(2), [batch(3)], 'the last');
      same(await tx.changesAfter(3), [], 'none');
    });
    await store.write(async (tx) => {
      for (let revision = 4; revision <= 2500; revision++) await tx.putChanges(batch(revision));
    });
    await store.read(async (tx) => {
      same(await tx.revision(), 2500, 'the revision after many');
      same(await tx.changesAfter(0), undefined, 'after batches that are gone');
      same(
        (await tx.changesAfter(2400))?.map(({ revision }) => revision),
        Array.from({ length: 100 }, (_, at) => 2401 + at),
        'the last hundred',
      );
      same(await tx.changesAfter(2500), [], 'none after the last');
    });
  }),

  check('whatever is in a name or a text comes back', async ({ open }) => {
    const store = await open();
    const odd = [
      `'`,
      `"`,
      `''; DROP TABLE events; --`,
      '%',
      '_',
      '\n',
      '\r\n',
      '\t',
      '\\',
      '\u0000',
      'a\u0000b',
      'a',
      '',
      ' ',
      'é',
      'e\u0301',
      '🎉',
      '\u2028',
      '[1]',
      '{',
      '*',
      '\uffff',
      '\u{10ffff}',
    ];
    const records = odd.map((name, at) =>
      message(`key${name}`, at, {
        conversation: `c${name}`,
        archived: `a${name}`,
        refs: [`r${name}`],
        target: `t${name}`,
        text: `${name} needle ${name}`,
      }),
    );
    await store.write(async (tx) => {
      await tx.putEvents(records);
      for (const name of odd) await tx.setMeta(`m${name}`, name);
      await tx.putConversations(odd.map((name) => conversation(`c${name}`)));
      await tx.putOutbox(odd.map((name, seq) => waiting(seq, { stanza: name, originId: name })));
    });
    await store.read(async (tx) => {
      for (const [at, name] of odd.entries()) {
        const [record, what] = [records[at]!, JSON.stringify(name)];
        same(await tx.getEvents([record.key]), [record], `${what} in a key`);
        same(await tx.findArchived([record.archived!]), [record], `${what} in an archived id`);
        same(await tx.findRefs(record.refs), [record], `${what} in a name`);
        same(await tx.findChanges([record.target!]), [record], `${what} in a target`);
        same(await tx.page({ conversation: record.conversation, limit: 5 }), [record], `${what} in a conversation`);
        same(
          await tx.search({ words: ['needle'], conversation: record.conversation, limit: 5 }),
          [record],
          `${what} beside a word`,
        );
        same(await tx.getMeta(`m${name}`), name, `${what} in a setting`);
        same(await tx.getConversations([`c${name}`]), [conversation(`c${name}`)], `${what} in an address`);
      }
      same(
        (await tx.outbox()).map(({ stanza }) => stanza),
        odd,
        'in stanzas',
      );
    });
  }),

  check('lone surrogates and long texts survive in what is said', async ({ open }) => {
    const store = await open();
    const broken = message('broken', 1, { text: 'half \ud83c of an emoji \udf89 \u0000 end' });
    const long = message('long', 2, { text: 'wherefore art thou '.repeat(6000) });
    const words = message('words', 3, { text: Array.from({ length: 20_000 }, (_, at) => `w${at}`).join(' ') });
    await put(store, broken, long, words);
    await store.read(async (tx) => {
      same(await tx.getEvents(['broken']), [broken], 'lone surrogates');
      same(await tx.getEvents(['long']), [long], '100 kB');
      same(await tx.getEvents(['words']), [words], '20,000 words');
      same(keys(await tx.search({ words: ['emoji', 'end'], limit: 5 })), ['broken'], 'found beside lone surrogates');
      same(keys(await tx.search({ words: ['wherefore', 'thou'], limit: 5 })), ['long'], 'found in a long text');
      same(keys(await tx.search({ words: ['w1234'], limit: 5 })), ['words'], 'found among many words');
    });
  }),
];
