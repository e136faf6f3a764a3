import type { EventRecord, WriteTransaction } from '@xeps/im/store';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const words = Array.from({ length: 12 }, (_, at) => `word${'abcdefghijkl'[at]}`);
export const conversations = ['romeo@montague.lit', 'nurse@capulet.lit', 'paris@verona.lit'];
const EVENTS = 60;
export const keys = Array.from({ length: EVENTS }, (_, at) => `key${at}`);
export const refs = [...Array.from({ length: 10 }, (_, at) => `shared${at}`), ...keys.map((key) => `of ${key}`)];

/** The nth transaction of a history: always the same for the same state. It adds, replaces, moves and deletes. */
export async function step(tx: WriteTransaction, n: number): Promise<void> {
  const random = createRandom(n);
  const below = (limit: number): number => Math.floor(random() * limit);
  const records: EventRecord[] = [];
  for (let count = 1 + below(8); count > 0; count--) {
    const key = keys[below(EVENTS)]!;
    if (records.some((record) => record.key === key)) continue;
    const text = Array.from({ length: 1 + below(4) }, () => words[below(words.length)]).join(' ');
    records.push({
      key,
      conversation: conversations[below(conversations.length)]!,
      kind: below(6) === 0 ? 'edit' : 'message',
      position: n * 100 + count,
      archived: `archived ${n} ${count}`,
      refs: [`of ${key}`, `shared${below(10)}`],
      counts: below(2) === 0,
      ...(below(5) === 0 ? {} : { text }),
      data: {
        author: { address: 'romeo@montague.lit' },
        outgoing: false,
        time: n,
        confirmed: true,
        content: { text: text.repeat(1 + below(40)) },
      },
    });
  }
  await tx.putEvents(records);
  await tx.deleteEvents([keys[below(EVENTS)]!]);
  await tx.putOutbox([{ seq: n, originId: `o${n}`, conversation: conversations[0]!, stanza: '<message/>' }]);
  await tx.deleteOutbox([n - 3]);
  await tx.putConversations([
    { address: conversations[n % 3]!, unread: n, history: { complete: false, opened: true } },
  ]);
  await tx.putChanges({ revision: n, conversations: [], added: keysOf(records), changed: [], removed: [] });
  await tx.setMeta('last', n);
}

const keysOf = (records: readonly EventRecord[]): string[] => records.map(({ key }) => key);
