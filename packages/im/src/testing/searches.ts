import type { Store } from '../store/port.ts';
import { queryWords } from '../store/words.ts';
import { same } from './assert.ts';
import type { StoreCheck } from './check.ts';
import { change, JULIET, keys, message, put, ROMEO } from './records.ts';

const check = (name: string, run: StoreCheck['run']): StoreCheck => ({ name, shared: false, run });

/** What a search of a person finds, by key, the newest first. */
async function find(
  store: Store,
  text: string,
  over: { conversation?: string; before?: number; limit?: number } = {},
): Promise<string> {
  const found = await store.read((tx) => tx.search({ words: queryWords(text), limit: 50, ...over }));
  return keys(found).join(' ');
}

/** What is found, by which words, in which order. */
export const searches: readonly StoreCheck[] = [
  check('finds messages with all words, the last one by its beginning', async ({ open }) => {
    const store = await open();
    await put(
      store,
      message('a', 1, { text: 'Hello, wonderful world' }),
      message('b', 2, { text: 'hello there' }),
      message('c', 3, { text: 'The world says: HELLO!' }),
      message('d', 4, { text: 'Othello' }),
    );
    const cases: readonly [string, string][] = [
      ['hello', 'c b a'],
      ['HELLO', 'c b a'],
      ['hello world', 'c a'],
      ['world hello', 'c a'],
      ['hello wor', 'c a'],
      ['hello wo', 'c a'],
      ['hel', 'c b a'],
      ['h', 'c b a'],
      // Only the last word may be a beginning.
      ['hel world', ''],
      ['wonderful hello wor', 'a'],
      ['hello hello', 'c b a'],
      ['hellos', ''],
      ['ello', ''],
      ['nothing', ''],
      ['', ''],
      ['!?', ''],
    ];
    for (const [text, expected] of cases) same(await find(store, text), expected, `search for ${JSON.stringify(text)}`);
  }),

  check('finds words of all scripts, without regard to case and accents', async ({ open }) => {
    const store = await open();
    await put(
      store,
      message('fr', 1, { text: 'La réunion a lieu à midi, à l’Élysée' }),
      message('ja', 2, { text: '今日は天気がいい' }),
      message('el', 3, { text: 'ΟΔΟΣ και οδός' }),
      message('ru', 4, { text: 'Ещё ёлка' }),
      message('ar', 5, { text: 'السَّلَامُ عليكم' }),
      message('de', 6, { text: 'Straße, Übermut, ﬁnden' }),
      message('wide', 7, { text: 'ＦＵＬＬ ｗｉｄｔｈ' }),
      message('emoji', 8, { text: 'party🎉 tonight' }),
      message('han', 9, { text: '𠮷野家 and 北京大学' }),
      message('ko', 10, { text: '안녕하세요 세계' }),
      message('tr', 11, { text: 'İstanbul' }),
    );
    const cases: readonly [string, string][] = [
      ['reunion', 'fr'],
      ['RÉUNION', 'fr'],
      ['re\u0301union', 'fr'],
      ['elysee', 'fr'],
      ['天気', 'ja'],
      ['今日は天気', 'ja'],
      ['天', 'ja'],
      ['気天', ''],
      ['οδός', 'el'],
      ['ΟΔΟΣ', 'el'],
      ['еще елка', 'ru'],
      ['ЁЛ', 'ru'],
      ['السلام', 'ar'],
      ['straße', 'de'],
      ['ubermut', 'de'],
      ['finden', 'de'],
      ['full width', 'wide'],
      ['🎉', 'emoji'],
      ['𠮷野', 'han'],
      ['北京', 'han'],
      ['大学', 'han'],
      ['안녕', 'ko'],
      ['세계', 'ko'],
      ['istanbul', 'tr'],
    ];
    for (const [text, expected] of cases) same(await find(store, text), expected, `search for ${JSON.stringify(text)}`);
  }),

  check('knows no operators', async ({ open }) => {
    const store = await open();
    await put(
      store,
      message('a', 1, { text: 'this OR that AND NOT those NEAR these' }),
      message('b', 2, { text: 'say "yes" * (now) ^ text: word {x}' }),
    );
    const cases: readonly [string, string][] = [
      ['or', 'a'],
      ['and not', 'a'],
      ['NOT this', 'a'],
      ['near', 'a'],
      ['this or yes', ''],
      ['"yes"', 'b'],
      ['say "yes" * (now)', 'b'],
      ['text:word', 'b'],
      ['^say', 'b'],
      [`'; --`, ''],
      ['{x}', 'b'],
    ];
    for (const [text, expected] of cases) same(await find(store, text), expected, `search for ${JSON.stringify(text)}`);
  }),

  check('can be narrowed to a conversation, and goes on before a position', async ({ open }) => {
    const store = await open();
    const records = Array.from({ length: 20 }, (_, at) =>
      message(`k${at}`, at, { text: `word number${at}`, ...(at % 3 === 0 ? { conversation: JULIET } : {}) }),
    );
    await put(store, ...records);
    same(await find(store, 'word', { limit: 3 }), 'k19 k18 k17', 'the newest of all');
    same(await find(store, 'word', { limit: 3, before: 17 }), 'k16 k15 k14', 'the next');
    same(await find(store, 'word', { limit: 3, before: 2.5 }), 'k2 k1 k0', 'the last');
    same(await find(store, 'word', { limit: 3, before: 0 }), '', 'no more');
    same(await find(store, 'word', { limit: 0 }), '', 'none');
    same(await find(store, 'word', { limit: 2, conversation: JULIET }), 'k18 k15', 'of a conversation');
    same(
      await find(store, 'word', { limit: 2, conversation: JULIET, before: 15 }),
      'k12 k9',
      'of a conversation, the next',
    );
    same(await find(store, 'number4', { conversation: JULIET }), '', 'what is in another conversation');
    same(await find(store, 'number4'), 'k4', 'what is in one conversation');
    same(await find(store, 'word', { conversation: 'nobody@montague.lit' }), '', 'of an unknown conversation');
  }),

  check('finds what is there now, and only messages', async ({ open }) => {
    const store = await open();
    await put(
      store,
      message('a', 1, { text: 'first wording' }),
      message('b', 2, { text: 'stays first' }),
      change('edit', 3, 'id-a', { text: 'first correction' }),
      message('silent', 4),
    );
    same(await find(store, 'first'), 'b a', 'at first');
    await put(store, message('a', 1, { text: 'second wording' }));
    same(await find(store, 'first'), 'b', 'the replaced word');
    same(await find(store, 'second'), 'a', 'the new word');
    same(await find(store, 'wording'), 'a', 'the word that was kept');
    await put(store, message('a', 5, { text: 'second wording' }));
    same(await find(store, 'wording'), 'a', 'after it moved');
    await put(store, message('b', 2, { text: 'stays first', conversation: JULIET }));
    same(await find(store, 'stays', { conversation: JULIET }), 'b', 'in the conversation to which it was moved');
    same(await find(store, 'stays', { conversation: ROMEO }), '', 'in the conversation from which it was moved');
    await put(store, message('a', 5));
    same(await find(store, 'wording'), '', 'what is not to be found any more');
    await store.write((tx) => tx.deleteEvents(['b']));
    same(await find(store, 'stays'), '', 'what is gone');
    await put(store, message('b', 2, { text: 'again' }));
    same(await find(store, 'again'), 'b', 'what came again');
  }),

  check('long words are found by their beginning', async ({ open }) => {
    const store = await open();
    await put(store, message('a', 1, { text: 'x'.repeat(100) }), message('b', 2, { text: '長'.repeat(3000) }));
    same(await find(store, 'x'.repeat(100)), 'a', 'the whole word');
    same(await find(store, 'x'.repeat(39)), 'a', 'its beginning');
    same(await find(store, '長長'), 'b', 'in a long text without spaces');
  }),
];
