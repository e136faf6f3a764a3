/**
 * The search index: documents are numbered as they come, and some hundred of them make a segment, which is written once.
 * A segment has the positions of its documents, and their words in buckets by first character, so that a search for rare
 * words reads a small part of everything, and one for common words stops at the newest segments. Nothing in a segment is
 * believed: an event says itself by which number it goes, and one that was changed goes by another. Until they are
 * enough for a segment, documents are searched one by one.
 */
import { searchWords } from '@xeps/im/store';
import type { SearchQuery } from '@xeps/im/store';
import { unwrap } from 'idb';
import type { Postings, Segment, StoredEvent, Transaction } from './database.ts';
import { results } from './requests.ts';

/** A segment is written as soon as there are so many documents. */
const ENOUGH = 200;
/** A segment has so many at most. */
const MOST = 500;
/** Buckets of words; one more is for the conversations. */
const WORD_BUCKETS = 32;
/** So many segments are read at first, and ten times as many each time that they were not enough. */
const FIRST_SEGMENTS = 24;

/** A gap of documents is one character, from a space on; this one says that it is not all of a long gap. */
const LONG = 0xff;
const NONE = 0x1f;
const MOST_GAP = LONG - NONE - 1;

/** A message that a segment has, as long as its event says so; with `event` one that is in no segment. */
interface Candidate {
  readonly position: number;
  readonly doc: number;
  readonly key: string;
  readonly event?: StoredEvent;
}

/** What a line of a segment begins with, that stands for a word or a conversation. */
interface Term {
  readonly bucket: number;
  readonly line: string;
}

/** The messages that have all words, the newest first; `own` are those that this transaction has numbered. */
export async function searchEvents(
  tx: Transaction<'readonly' | 'readwrite'>,
  query: SearchQuery,
  own: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> {
  const { words, before = Infinity, limit } = query;
  if (words.length === 0 || limit < 1) return [];
  const [events, segments] = [unwrap(tx.objectStore('events')), unwrap(tx.objectStore('segments'))];
  const terms = termsOf(query);
  let size = FIRST_SEGMENTS;
  const [fresh, newest] = await Promise.all([readFresh(tx), readPostings(tx, terms, undefined, size)]);
  const candidates: Candidate[] = [...fresh, ...own]
    .filter((event) => matches(event, query))
    .map((event) => ({ position: event.position, doc: event.doc!, key: event.key, event }));
  const found: StoredEvent[] = [];

  /** Takes candidates that are newer than all that may still come; whether there are enough. */
  async function take(bound: number): Promise<boolean> {
    candidates.sort((a, b) => b.position - a.position);
    const older = candidates.findIndex(({ position }) => position < bound);
    const sure = candidates.splice(0, older < 0 ? candidates.length : older);
    for (let at = 0; at < sure.length && found.length < limit;) {
      const some = sure.slice(at, (at += limit - found.length));
      const read = await results(some.map(({ key, event }) => event ?? (events.get(key) as IDBRequest<StoredEvent>)));
      for (const [index, event] of read.entries()) if (event?.doc === some[index]!.doc) found.push(event);
    }
    return found.length >= limit;
  }

  for (let read = newest; ; read = await readPostings(tx, terms, read.at(-1)![0], (size *= 10))) {
    const chosen: { readonly end: number; readonly matching: readonly number[] }[] = [];
    for (const postings of read) {
      const matching = postings[0]!.first < before ? intersect(postings, terms) : [];
      if (matching.length > 0) chosen.push({ end: postings[0]!.end, matching });
    }
    const places = await results(chosen.map(({ end }) => segments.get(end) as IDBRequest<Segment>));
    for (const [at, { end, matching }] of chosen.entries()) {
      const { positions, keys } = places[at]!;
      for (const index of matching) {
        const position = positions[index]!;
        // Not a number is before nothing.
        if (position < before) candidates.push({ position, doc: end - positions.length + index, key: keys[index]! });
      }
    }
    // The next segments have nothing newer than the last of these.
    const more = read.length === size;
    if ((await take(more ? read.at(-1)![0]!.last : -Infinity)) || !more) return found;
  }
}

/** Of documents: the first that is in no segment yet, and the next. */
export async function loadNumbers(
  tx: Transaction<'readwrite'>,
): Promise<{ readonly end: number; readonly next: number }> {
  const [segment, fresh] = await Promise.all([
    tx.objectStore('segments').openKeyCursor(null, 'prev'),
    tx.objectStore('fresh').openCursor(null, 'prev'),
  ]);
  const end = segment?.key ?? 0;
  return { end, next: fresh === null ? end : fresh.value.start + fresh.value.keys.length };
}

/** The events that are in no segment, but for those that this transaction has numbered. */
export async function readFresh(tx: Transaction<'readonly' | 'readwrite'>): Promise<readonly StoredEvent[]> {
  const fresh = await tx.objectStore('fresh').getAll();
  const docs = fresh.flatMap(({ start, keys }) => keys.map((key, at) => ({ doc: start + at, key })));
  const events = unwrap(tx.objectStore('events'));
  const read = await results(docs.map(({ key }) => events.get(key) as IDBRequest<StoredEvent | undefined>));
  return read.filter((event, at) => event?.doc === docs[at]!.doc) as StoredEvent[];
}

/** Whether there are so many documents outside of segments that they should become one. */
export function isEnough(count: number): boolean {
  return count >= ENOUGH;
}

/** Writes all documents that are in no segment into segments; numbers that are missing are those of events that changed. */
export function writeSegments(
  tx: Transaction<'readwrite'>,
  events: ReadonlyMap<number, StoredEvent>,
  from: number,
  to: number,
): void {
  for (let start = from; start < to; start += MOST) writeSegment(tx, events, start, Math.min(to, start + MOST));
  unwrap(tx.objectStore('fresh')).clear();
}

/** Takes documents out of their segments, as far as they are in one: a search would find nothing by their numbers. */
export async function removeDocuments(tx: Transaction<'readwrite'>, docs: readonly number[]): Promise<void> {
  const sorted = docs.toSorted((a, b) => a - b);
  const [segments, postings] = [tx.objectStore('segments'), tx.objectStore('postings')];
  for (let at = 0; at < sorted.length;) {
    const segment = await segments.get(IDBKeyRange.lowerBound(sorted[at]!, true));
    if (segment === undefined) return;
    const { end, positions } = segment;
    for (; at < sorted.length && sorted[at]! < end; at++) positions[sorted[at]! - end + positions.length] = NaN;
    await segments.put(segment);
    if (!positions.every(Number.isNaN)) continue;
    for (let bucket = 0; bucket <= WORD_BUCKETS; bucket++) await postings.delete(keyOf(bucket, segment));
  }
}

function writeSegment(
  tx: Transaction<'readwrite'>,
  events: ReadonlyMap<number, StoredEvent>,
  start: number,
  end: number,
): void {
  const positions = new Float64Array(end - start).fill(NaN);
  const keys = Array.from(positions, () => '');
  const buckets = Array.from({ length: WORD_BUCKETS + 1 }, () => new Map<string, { doc: number; gaps: string }>());
  const enter = (bucket: number, word: string, doc: number): void => {
    const line = buckets[bucket]!.get(word);
    if (line === undefined) buckets[bucket]!.set(word, { doc, gaps: gap(doc + 1) });
    else {
      line.gaps += gap(doc - line.doc);
      line.doc = doc;
    }
  };
  let [first, last] = [Infinity, -Infinity];
  for (let doc = 0; doc < positions.length; doc++) {
    const event = events.get(start + doc);
    if (event === undefined) continue;
    const { position, conversation, text = '' } = event;
    positions[doc] = position;
    keys[doc] = event.key;
    first = Math.min(first, position);
    last = Math.max(last, position);
    enter(WORD_BUCKETS, JSON.stringify(conversation), doc);
    for (const word of searchWords(text)) enter(bucketOf(word), word, doc);
  }
  unwrap(tx.objectStore('segments')).put({ end, last, positions, keys } satisfies Segment);
  for (const [bucket, words] of buckets.entries()) {
    if (words.size === 0) continue;
    let lines = '';
    for (const [word, { gaps }] of words) lines += `\n${word}\t${gaps}`;
    unwrap(tx.objectStore('postings')).put(
      { end, last, first, lines } satisfies Postings,
      keyOf(bucket, { last, end }),
    );
  }
}

function termsOf({ words, conversation }: SearchQuery): readonly [Term, ...Term[]] {
  const terms = words.map((word, at) => ({
    bucket: bucketOf(word),
    line: at === words.length - 1 ? `\n${word}` : `\n${word}\t`,
  }));
  if (conversation !== undefined) terms.unshift({ bucket: WORD_BUCKETS, line: `\n${JSON.stringify(conversation)}\t` });
  return terms as [Term, ...Term[]];
}

/** The next segments that have something in the buckets of all terms: of each, what is in these, in the terms' order. */
async function readPostings(
  tx: Transaction<'readonly' | 'readwrite'>,
  terms: readonly [Term, ...Term[]],
  after: Postings | undefined,
  size: number,
): Promise<readonly Postings[][]> {
  const store = tx.objectStore('postings');
  const [bucket, ...others] = [...new Set(terms.map((term) => term.bucket))] as [number, ...number[]];
  const start = after === undefined ? [bucket] : keyOf(bucket, after);
  const leading = await store.getAll(IDBKeyRange.bound(start, [bucket, []], true), size);
  const [from, to] = [leading[0], leading.at(-1)];
  if (from === undefined || to === undefined) return [];
  const same = others.map((other) => store.getAll(IDBKeyRange.bound(keyOf(other, from), keyOf(other, to))));
  const read = new Map([[bucket, bySegment(leading)]]);
  for (const [at, postings] of (await Promise.all(same)).entries()) read.set(others[at]!, bySegment(postings));
  return leading.map((lead) => terms.map((term) => read.get(term.bucket)!.get(lead.end) ?? { ...lead, lines: '' }));
}

function bySegment(postings: readonly Postings[]): ReadonlyMap<number, Postings> {
  return new Map(postings.map((one) => [one.end, one]));
}

function keyOf(bucket: number, { last, end }: Pick<Postings, 'last' | 'end'>): [number, number, number] {
  // Not `-last`: there must be no negative zero.
  return [bucket, 0 - last, end];
}

/** The documents of a segment that have all terms, counted from its first. */
function intersect(postings: readonly Postings[], terms: readonly Term[]): readonly number[] {
  // How many of the terms each document has so far.
  const counts = new Uint16Array(MOST);
  for (const [at, { line }] of terms.entries()) {
    const { lines } = postings[at]!;
    for (let found = lines.indexOf(line); found >= 0; found = lines.indexOf(line, found + 1)) {
      let doc = -1;
      for (let index = lines.indexOf('\t', found) + 1; index < lines.length; index++) {
        const code = lines.charCodeAt(index);
        if (code <= NONE) break;
        doc += code === LONG ? MOST_GAP : code - NONE;
        if (code !== LONG && counts[doc] === at) counts[doc] = at + 1;
      }
    }
  }
  const matching: number[] = [];
  for (const [doc, count] of counts.entries()) if (count === terms.length) matching.push(doc);
  return matching;
}

/** Writes how far on the next document is. */
function gap(distance: number): string {
  const long = Math.floor((distance - 1) / MOST_GAP);
  return String.fromCharCode(LONG).repeat(long) + String.fromCharCode(NONE + distance - long * MOST_GAP);
}

/** Letters that follow each other in an alphabet are in different buckets. */
function bucketOf(word: string): number {
  return (word.codePointAt(0) ?? 0) % WORD_BUCKETS;
}

function matches({ conversation, position, text = '' }: StoredEvent, query: SearchQuery): boolean {
  if (query.conversation !== undefined && query.conversation !== conversation) return false;
  if (query.before !== undefined && position >= query.before) return false;
  const own = searchWords(text);
  return query.words.every((wanted, at) =>
    at === query.words.length - 1 ? own.some((word) => word.startsWith(wanted)) : own.includes(wanted),
  );
}
