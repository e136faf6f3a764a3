import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { bareOf } from '@xeps/core/jid';
import { fromText, toText } from '../../host/copy.ts';
import type { Host } from '../../host/host.ts';

/** One message as it is kept. */
export interface LogEntry {
  /** Opaque, and unlike any other. */
  readonly id: string;
  /** When it was taken, in milliseconds since 1970; never less than that of the entry before. */
  readonly at: number;
  /** Whom it was exchanged with, as a full address where there is one. */
  readonly with: string;
  /** The message as XML; empty where only its place is left (XEP-0313 §3.2). */
  readonly xml: string;
}

/** Which entries are meant (XEP-0313 §4.1). */
export interface LogFilter {
  readonly with?: string | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly beforeId?: string | undefined;
  readonly afterId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** Which page of them (XEP-0059). */
export interface LogPage {
  readonly max: number;
  readonly after?: string | undefined;
  /** The empty string: the last page. */
  readonly before?: string | undefined;
}

/** A page of entries. */
export interface LogResult {
  readonly entries: readonly LogEntry[];
  readonly complete: boolean;
  /** How many there are in all. */
  readonly count: number;
  /** How many come before the page. */
  readonly index: number;
}

/** Archives of many owners, each with its messages in the order in which they were taken. */
export interface MessageLog {
  /** Keeps a message; `at` is now when left out. */
  append(owner: string, stanza: Element, entry: { readonly with: string; readonly at?: number }): LogEntry;
  get(owner: string, id: string): LogEntry | undefined;
  /** The newest entry that fits, for finding what a stanza refers to. */
  findLast(owner: string, fits: (entry: LogEntry) => boolean): LogEntry | undefined;
  /** Puts another stanza in the place of one. */
  replace(owner: string, id: string, stanza: Element | undefined): void;
  /** A page; undefined when an id that it names is not there. */
  query(owner: string, filter: LogFilter, page: LogPage): LogResult | undefined;
  /** The first and the last entry; undefined when there is none. */
  edges(owner: string): readonly [LogEntry, LogEntry] | undefined;
  remove(owner: string): void;
}

interface OwnLog {
  readonly entries: LogEntry[];
  /** 0, 1, 2 …: every place. */
  readonly all: number[];
  /** Places by id. */
  readonly places: Map<string, number>;
  /** Places by bare address. */
  readonly peers: Map<string, number[]>;
}

/** Opens the archives of a table in the host's store. */
export function createMessageLog(host: Host, tableName: string): MessageLog {
  const table = host.store.table<Omit<LogEntry, 'id'>>(tableName);
  const logs = new Map<string, OwnLog>();

  const logOf = (owner: string): OwnLog => {
    let log = logs.get(owner);
    if (log === undefined) logs.set(owner, (log = { entries: [], all: [], places: new Map(), peers: new Map() }));
    return log;
  };
  const insert = (owner: string, entry: LogEntry): void => {
    const { entries, all, places, peers } = logOf(owner);
    const place = entries.push(entry) - 1;
    all.push(place);
    places.set(entry.id, place);
    const peer = bareOf(entry.with);
    const ofPeer = peers.get(peer);
    if (ofPeer === undefined) peers.set(peer, [place]);
    else ofPeer.push(place);
  };
  for (const [key, entry] of table.entries()) {
    const [owner = '', id = ''] = key.split('\n');
    insert(owner, { id, ...entry });
  }

  return {
    append(owner, stanza, { with: peer, at = host.clock.now() }) {
      const last = logOf(owner).entries.at(-1);
      const entry: LogEntry = { id: newId(), at: Math.max(at, last?.at ?? 0), with: peer, xml: toText(stanza) };
      insert(owner, entry);
      const { id, ...kept } = entry;
      table.set(`${owner}\n${id}`, kept);
      return entry;
    },
    get(owner, id) {
      const { entries, places } = logOf(owner);
      const place = places.get(id);
      return place === undefined ? undefined : entries[place];
    },
    findLast: (owner, fits) => logs.get(owner)?.entries.findLast(fits),
    replace(owner, id, stanza) {
      const { entries, places } = logOf(owner);
      const place = places.get(id);
      if (place === undefined) return;
      const { id: _, ...kept } = { ...entries[place]!, xml: stanza === undefined ? '' : toText(stanza) };
      entries[place] = { id, ...kept };
      table.set(`${owner}\n${id}`, kept);
    },
    query: (owner, filter, page) => queryLog(logOf(owner), filter, page),
    edges(owner) {
      const entries = logs.get(owner)?.entries ?? [];
      return entries.length === 0 ? undefined : [entries[0]!, entries.at(-1)!];
    },
    remove(owner) {
      for (const { id } of logs.get(owner)?.entries ?? []) table.delete(`${owner}\n${id}`);
      logs.delete(owner);
    },
  };
}

/** The stanza of an entry; undefined where only its place is left. */
export function stanzaOf({ xml }: LogEntry): Element | undefined {
  return xml === '' ? undefined : fromText(xml);
}

function queryLog(log: OwnLog, filter: LogFilter, { max, after, before }: LogPage): LogResult | undefined {
  const { entries, places } = log;
  const named = [filter.beforeId, filter.afterId, after, before || undefined, ...(filter.ids ?? [])];
  if (named.some((id) => id !== undefined && !places.has(id))) return undefined;

  const chosen = choose(log, filter);
  // Where the entries begin and end that time and ids leave, as places in `chosen`.
  const placeAfter = (id: string | undefined): number =>
    id === undefined ? 0 : lowerBound(chosen, places.get(id)! + 1);
  const placeOf = (id: string | undefined): number =>
    id === undefined ? chosen.length : lowerBound(chosen, places.get(id)!);
  const at = (place: number): number => entries[place]!.at;
  const from = Math.max(
    placeAfter(filter.afterId),
    filter.start === undefined ? 0 : firstWhere(chosen, (place) => at(place) >= filter.start!),
  );
  const until = Math.min(
    placeOf(filter.beforeId),
    filter.end === undefined ? chosen.length : firstWhere(chosen, (place) => at(place) > filter.end!),
  );

  const low = Math.max(from, placeAfter(after));
  const high = Math.max(low, Math.min(until, placeOf(before || undefined)));
  const backwards = before !== undefined;
  const begin = backwards ? Math.max(low, high - max) : low;
  const end = backwards ? high : Math.min(high, low + max);
  return {
    entries: chosen.slice(begin, end).map((place) => entries[place]!),
    complete: backwards ? begin === low : end === high,
    count: Math.max(0, until - from),
    index: begin - from,
  };
}

/** The places of a conversation, of some ids, or all. */
function choose({ entries, all, places, peers }: OwnLog, filter: LogFilter): readonly number[] {
  if (filter.ids !== undefined) {
    return filter.ids
      .map((id) => places.get(id)!)
      .filter((place) => filter.with === undefined || isWith(entries[place]!, filter.with))
      .toSorted((left, right) => left - right);
  }
  if (filter.with === undefined) return all;
  const bare = bareOf(filter.with);
  const ofPeer = peers.get(bare) ?? [];
  return bare === filter.with ? ofPeer : ofPeer.filter((place) => entries[place]!.with === filter.with);
}

function isWith(entry: LogEntry, peer: string): boolean {
  return entry.with === peer || bareOf(entry.with) === peer;
}

/** The first index whose value is not less. */
function lowerBound(values: readonly number[], value: number): number {
  return firstWhere(values, (other) => other >= value);
}

/** The first index for which it holds; it holds for all that follow. */
function firstWhere(values: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
