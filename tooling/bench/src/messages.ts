// What a store holds, made up the same way every time: no clock and no randomness of the machine. For Node and browsers.
import type { EventRecord, SearchQuery } from '@xeps/im/store';
import { createRandom } from './corpus.ts';

/** 50 conversations; the first has a tenth of all messages, the last some hundred. */
export const CONVERSATIONS: readonly { readonly address: string; readonly share: number }[] = Array.from(
  { length: 50 },
  (_, index) => ({ address: `${index % 5 === 0 ? 'room' : 'friend'}${index}@example.org`, share: 1 / (index + 4) }),
);

/** Different words; the frequencies of a language fall with the rank (Zipf), so that some stand in a single message. */
const VOCABULARY = 40_000;

/** Messages in the order of their positions, 0, 1, 2 … */
export function createMessages(count: number): readonly EventRecord[] {
  const random = createRandom(20_261_126);
  const below = (limit: number): number => Math.floor(random() * limit);
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const words = createWords(random);
  const drawWord = createDraw(
    words.map((_, rank) => 1 / (rank + 2.7)),
    random,
  );
  const drawTalk = createDraw(
    CONVERSATIONS.map(({ share }) => share),
    random,
  );
  const start = Date.UTC(2026, 0, 1);
  return Array.from({ length: count }, (_, position): EventRecord => {
    const conversation = CONVERSATIONS[drawTalk()]!.address;
    const outgoing = random() < 0.45;
    const [id, stanzaId] = [uuid(), uuid()];
    // Most are short, some are long.
    const length = 1 + Math.floor(-Math.log(1 - random()) * 9);
    const text = Array.from({ length: Math.min(length, 120) }, () => words[drawWord()]!).join(' ');
    const author = { address: outgoing ? 'juliet@example.org' : conversation };
    return {
      key: uuid(),
      conversation,
      kind: 'message',
      position,
      archived: `juliet@example.org\n${stanzaId}`,
      refs: [`o\n${conversation}\n${id}`, `s\n${conversation}\n${stanzaId}`],
      counts: !outgoing,
      text,
      data: {
        id,
        originId: id,
        author,
        outgoing,
        time: start + position * 61_000,
        confirmed: true,
        content: { text },
        markable: true,
        state: outgoing ? 'delivered' : 'received',
      },
    };
  });
}

/** Searches of several kinds, at most 50 messages each. */
export function searches(
  messages: readonly EventRecord[],
): readonly { readonly name: string; readonly queries: readonly SearchQuery[] }[] {
  const frequencies = new Map<string, number>();
  for (const { text = '' } of messages)
    for (const word of new Set(text.split(' '))) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  const ranked = [...frequencies].sort(([, a], [, b]) => b - a);
  const common = ranked.slice(0, 8).map(([word]) => word);
  const rare = ranked
    .filter(([, times]) => times <= 3)
    .slice(0, 400)
    .filter((_, at) => at % 50 === 0)
    .map(([word]) => word);
  const query = (words: readonly string[], conversation?: string): SearchQuery => ({
    words,
    limit: 50,
    ...(conversation !== undefined && { conversation }),
  });
  const [small] = [CONVERSATIONS.at(-1)!.address];
  return [
    { name: 'search a rare word', queries: rare.map((word) => query([word])) },
    { name: 'search a common word', queries: common.map((word) => query([word])) },
    { name: 'search two common words', queries: common.slice(1).map((word, at) => query([common[at]!, word])) },
    { name: 'search a common and a rare word', queries: rare.map((word, at) => query([common[at]!, word])) },
    { name: 'search a letter', queries: [...'stbkm'].map((letter) => query([letter])) },
    { name: 'search the beginning of a rare word', queries: rare.map((word) => query([word.slice(0, -1)])) },
    { name: 'search a common word in a small conversation', queries: common.map((word) => query([word], small)) },
    { name: 'search what is nowhere', queries: ['quixotryx', 'zzz', 'xylophones'].map((word) => query([word])) },
  ];
}

/** Words of syllables, the common ones short. */
function createWords(random: () => number): readonly string[] {
  const onsets = [
    'b',
    'd',
    'f',
    'g',
    'h',
    'k',
    'l',
    'm',
    'n',
    'p',
    'r',
    's',
    't',
    'v',
    'w',
    'st',
    'tr',
    'sch',
    'br',
    '',
  ];
  const vowels = ['a', 'e', 'i', 'o', 'u', 'ei', 'ou', 'ä', 'é'];
  const codas = ['', '', 'n', 'r', 's', 't', 'nd', 'l'];
  const pick = (items: readonly string[]): string => items[Math.floor(random() * items.length)]!;
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    const syllables = 1 + Math.floor(Math.log10(1 + words.size / 8));
    words.add(Array.from({ length: syllables }, () => pick(onsets) + pick(vowels) + pick(codas)).join(''));
  }
  return [...words];
}

/** Draws an index, by weight. */
function createDraw(weights: readonly number[], random: () => number): () => number {
  let total = 0;
  const sums = weights.map((weight) => (total += weight));
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
