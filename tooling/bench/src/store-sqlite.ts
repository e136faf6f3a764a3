// A store with 100,000 messages: what an app asks of it while somebody waits. Wall time, because the disk is part of it.
import { searchWords } from '@xeps/im/store';
import type { EventRecord, SearchQuery } from '@xeps/im/store';
import { sqliteStore } from '@xeps/store-sqlite';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CONVERSATIONS, createMessages, searches } from './messages.ts';

/** How long one thing took; milliseconds. */
export interface StoreTimes {
  readonly what: string;
  readonly median: number;
  readonly p95: number;
  /** The median of the same search by `LIKE` over a plain table. */
  readonly like?: number;
}

export interface StoreResult {
  readonly messages: number;
  /** Milliseconds to write all of them in pages of 250. */
  readonly filling: number;
  /** Bytes of the file. */
  readonly size: number;
  readonly times: readonly StoreTimes[];
}

const PAGE = 250;

export async function storeSqlite(scale: number, rounds: number): Promise<StoreResult> {
  const folder = mkdtempSync(join(tmpdir(), 'xeps-store-'));
  const store = await sqliteStore(join(folder, 'store.db'));
  const plain = openPlain(join(folder, 'plain.db'));
  try {
    const count = Math.round(100_000 * scale);
    const all = createMessages(count + (PAGE + 1) * rounds);
    const messages = all.slice(0, count);
    const times: StoreTimes[] = [];
    const time = async (work: () => unknown): Promise<number> => {
      const from = performance.now();
      await work();
      return performance.now() - from;
    };
    const repeat = async (what: string, work: (round: number) => Promise<unknown>): Promise<void> => {
      const taken: number[] = [];
      for (let round = 0; round < rounds; round++) taken.push(await time(() => work(round)));
      times.push({ what, median: at(taken, 0.5), p95: at(taken, 0.95) });
    };

    let filling = 0;
    for (let from = 0; from < count; from += PAGE) {
      const page = messages.slice(from, from + PAGE);
      filling += await time(() => store.write((tx) => tx.putEvents(page)));
    }
    plain.put(messages);

    const addresses = CONVERSATIONS.map(({ address }) => address);
    const [largest] = addresses as [string];
    await repeat('open a conversation, newest 50', (round) => {
      const conversation = addresses[round % addresses.length]!;
      return store.read(async (tx) => {
        await tx.getConversations([conversation]);
        await tx.page({ conversation, limit: 50 });
      });
    });
    let before = Infinity;
    await repeat('page up 50, near the end', async () => {
      const page = await store.read((tx) => tx.page({ conversation: largest, before, limit: 50 }));
      before = page[0]?.position ?? Infinity;
    });
    await repeat('page up 50, deep', (round) =>
      store.read((tx) => tx.page({ conversation: largest, before: count * (0.3 + (0.2 * round) / rounds), limit: 50 })),
    );
    await repeat('count unread, all of the largest conversation', () =>
      store.read((tx) => tx.countUnread(largest, -Infinity)),
    );
    for (const { name, queries } of searches(messages)) {
      const [ours, theirs]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round++) {
        const query = queries[round % queries.length]!;
        let found: readonly EventRecord[] = [];
        let same: readonly EventRecord[] = [];
        ours.push(await time(async () => (found = await store.read((tx) => tx.search(query)))));
        theirs.push(await time(() => (same = plain.search(query))));
        if (keysOf(found) !== keysOf(same)) throw new Error(`${name}: LIKE does not find the same; nothing was timed`);
      }
      times.push({ what: name, median: at(ours, 0.5), p95: at(ours, 0.95), like: at(theirs, 0.5) });
    }
    await repeat(`look up what a page of ${PAGE} speaks of`, (round) => {
      const page = messages.slice(round * PAGE, (round + 1) * PAGE);
      const refs = page.flatMap((message) => message.refs);
      return store.read(async (tx) => {
        await tx.findArchived(page.map(({ archived }) => `${archived} new`));
        await tx.findRefs(refs);
        await tx.findChanges(refs);
      });
    });
    await repeat('write a message', (round) => store.write((tx) => tx.putEvents([all[count + round]!])));
    await repeat(`write a page of ${PAGE}`, (round) => {
      const from = count + rounds + round * PAGE;
      return store.write((tx) => tx.putEvents(all.slice(from, from + PAGE)));
    });
    return { messages: count, filling, size: statSync(join(folder, 'store.db')).size, times };
  } finally {
    await store.close();
    plain.close();
    rmSync(folder, { recursive: true });
  }
}

function at(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(part * times.length)]!;
}

const keysOf = (records: readonly EventRecord[]): string => records.map(({ key }) => key).join();

/** What one writes first: a table, and `LIKE` on the words. It finds the same. */
function openPlain(path: string) {
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE messages (position INTEGER PRIMARY KEY, conversation TEXT, words TEXT, record TEXT)',
  );
  return {
    put(messages: readonly EventRecord[]): void {
      const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?)');
      db.exec('BEGIN');
      for (const message of messages) {
        const words = ` ${searchWords(message.text ?? '').join(' ')} `;
        insert.run(message.position, message.conversation, words, JSON.stringify(message));
      }
      db.exec('COMMIT');
    },
    search({ words, conversation, limit }: SearchQuery): readonly EventRecord[] {
      const patterns = words.map((word, index) => (index === words.length - 1 ? `% ${word}%` : `% ${word} %`));
      const tests = [
        ...patterns.map(() => 'words LIKE ?'),
        ...(conversation === undefined ? [] : ['conversation = ?']),
      ];
      return db
        .prepare(`SELECT record FROM messages WHERE ${tests.join(' AND ')} ORDER BY position DESC LIMIT ?`)
        .all(...patterns, ...(conversation === undefined ? [] : [conversation]), limit)
        .map(({ record }) => JSON.parse(record as string) as EventRecord);
    },
    close: () => db.close(),
  };
}
