/** A store and what comes into it, for tests of the model: stanzas are written as XML and read as the engine reads them. */
import { xml } from '@xeps/core/testing';
import { applyIncoming } from '../src/model/apply.ts';
import type { Applied, Pass, Source } from '../src/model/apply.ts';
import { archivedOf } from '../src/model/incoming.ts';
import type { Incoming } from '../src/model/incoming.ts';
import { readStanza } from '../src/model/read-stanza.ts';
import { queryWords } from '../src/store/index.ts';
import type { ConversationRecord, EventRecord, Store } from '../src/store/index.ts';
import { memoryStore } from '../src/store/memory.ts';
import { toMessage } from '../src/message.ts';
import type { Message } from '../src/message.ts';

export const OWN = 'romeo@montague.lit';
export const PEER = 'juliet@capulet.lit';
export const OTHER = 'mallory@evil.example';

/** When everything begins; milliseconds. */
export const START = Date.UTC(2030, 0, 1);

/** A stanza, and its id in the archive; seconds after {@link START}. */
export interface Line {
  readonly xml: string;
  readonly archived?: string | undefined;
  readonly at?: number | undefined;
}

/** What stands in a message beside a body. */
export const inside = {
  origin: (id: string): string => `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`,
  replace: (id: string): string => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`,
  retract: (id: string): string => `<retract xmlns='urn:xmpp:message-retract:1' id='${id}'/>`,
  tombstone: `<retracted xmlns='urn:xmpp:message-retract:1' id='gone' stamp='2030-01-01T00:00:00Z'/>`,
  react: (id: string, ...emojis: readonly string[]): string =>
    `<reactions xmlns='urn:xmpp:reactions:0' id='${id}'>${emojis.map((one) => `<reaction>${one}</reaction>`).join('')}</reactions>`,
  displayed: (id: string): string => `<displayed xmlns='urn:xmpp:chat-markers:0' id='${id}'/>`,
  received: (id: string): string => `<received xmlns='urn:xmpp:receipts' id='${id}'/>`,
  error: (condition: string, type = 'cancel'): string =>
    `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`,
  body: (text: string): string => `<body>${text}</body>`,
};

/** A message from `from` to the other side of a talk with `peer`. */
export function stanza(
  from: string,
  id: string | undefined,
  content: string,
  { peer = PEER, type = 'chat' } = {},
): string {
  const to = from === OWN ? `${peer}/balcony` : `${OWN}/orchard`;
  return `<message from='${from}/device' to='${to}' type='${type}'${id === undefined ? '' : ` id='${id}'`}>${content}</message>`;
}

/** Something that the other side says, and what this account says. */
export const hers = (id: string | undefined, content: string): string => stanza(PEER, id, content);
export const mine = (id: string | undefined, content: string): string => stanza(OWN, id, content);
export const says = (text: string, ...more: readonly string[]): string => inside.body(text) + more.join('');

/** What the tests compare of a message. */
export interface Shown {
  readonly id: string | undefined;
  readonly text: string;
  readonly edits: readonly string[];
  readonly reactions: readonly string[];
  readonly retracted: boolean;
  readonly state: string;
}

export interface Model {
  readonly store: Store;
  live(...lines: readonly (Line | string)[]): Promise<Applied>;
  /** A page of a reading of the archive; the pass goes on from page to page. */
  archive(pass: Pass, ...lines: readonly (Line | string)[]): Promise<Applied>;
  /** A page of history, the newest first. */
  history(...lines: readonly (Line | string)[]): Promise<Applied>;
  local(...lines: readonly (Line | string)[]): Promise<Applied>;
  apply(lines: readonly (Line | string)[], source: Source): Promise<Applied>;
  messages(peer?: string): Promise<Message[]>;
  texts(peer?: string): Promise<string[]>;
  shown(peer?: string): Promise<Shown[]>;
  talk(peer?: string): Promise<ConversationRecord | undefined>;
  record(archived: string): Promise<EventRecord | undefined>;
  search(text: string): Promise<string[]>;
}

/** A reading of the archive from its beginning, or from behind a position. */
export const passFrom = (confirmed = -Infinity, rebuilt = false): Pass => ({ confirmed, rebuilt });

export function createModel(store: Store = memoryStore()): Model {
  const read = (line: Line | string, fromArchive: boolean): Incoming[] => {
    const { xml: text, archived, at = 0 } = typeof line === 'string' ? { xml: line } : line;
    const one = readStanza(xml(text), {
      own: OWN,
      archived: archived === undefined ? undefined : archivedOf('', archived),
      time: START + at * 1000,
      fromArchive,
    });
    return one === undefined ? [] : [one];
  };
  const apply: Model['apply'] = (lines, source) => {
    const incoming = lines.flatMap((line) => read(line, source.kind === 'archive' || source.kind === 'history'));
    return store.write((tx) => applyIncoming(tx, incoming, source));
  };
  const talk: Model['talk'] = async (peer = PEER) => (await store.read((tx) => tx.getConversations([peer])))[0];
  const messages: Model['messages'] = async (peer = PEER) => {
    const [page, of] = await store.read(async (tx) => [
      await tx.page({ conversation: peer, limit: 10_000 }),
      (await tx.getConversations([peer]))[0],
    ]);
    return page.map((record) => toMessage(record, of));
  };
  return {
    store,
    apply,
    live: (...lines) => apply(lines, { kind: 'live' }),
    archive: (pass, ...lines) => apply(lines, { kind: 'archive', pass }),
    history: (...lines) => apply(lines, { kind: 'history' }),
    local: (...lines) => apply(lines, { kind: 'local' }),
    messages,
    texts: async (peer) => (await messages(peer)).map(({ text }) => text),
    shown: async (peer) =>
      (await messages(peer)).map(({ id, text, edits, reactions, retracted, state }) => ({
        id,
        text,
        edits: edits.map(({ content }) => content.text),
        reactions: reactions.map(({ author, emojis }) => `${author.address} ${emojis.join('')}`),
        retracted: retracted !== undefined,
        state,
      })),
    talk,
    record: async (archived) => (await store.read((tx) => tx.findArchived([archivedOf('', archived)])))[0],
    search: async (text) =>
      (await store.read((tx) => tx.search({ words: queryWords(text), limit: 100 }))).map(({ data }) => data.id ?? ''),
  };
}
