import type { Author, Content, Failure } from '../store/records.ts';

/** What happened, as a stanza tells it, before it is known what the store has of it. */
export interface Incoming {
  readonly conversation: string;
  readonly author: Author;
  /** The own account is the author. */
  readonly outgoing: boolean;
  readonly id?: string;
  readonly originId?: string;
  /** See `EventRecord.archived`. */
  readonly archived?: string;
  /** Milliseconds; when the server got it, or now. */
  readonly time: number;
  readonly what: What;
}

/** A message, or what it says about another one, which it names by `target`: an id as the other one's sender gave it. */
export type What =
  | MessageSaid
  | { readonly kind: 'edit'; readonly target: string; readonly content: Content }
  | { readonly kind: 'retraction'; readonly target: string; readonly reason?: string }
  | { readonly kind: 'reactions'; readonly target: string; readonly emojis: readonly string[] }
  /** Its author has read up to there. */
  | { readonly kind: 'displayed'; readonly target: string }
  /** It has reached a device of its addressee. */
  | { readonly kind: 'received'; readonly target: string }
  /** It came back. */
  | { readonly kind: 'failed'; readonly target: string; readonly failure: Failure };

/** A message as it was first said. */
export interface MessageSaid {
  readonly kind: 'message';
  readonly content: Content;
  readonly thread?: string;
  readonly replyTo?: string;
  readonly markable?: boolean;
  readonly receiptWanted?: boolean;
  /** The archive keeps only that it was there (XEP-0424 §5.1). */
  readonly retracted?: { readonly reason?: string };
}

/** What becomes an event of its own; the others leave their mark on a message or a conversation. */
export type Kept = Extract<What, { readonly kind: 'message' | 'edit' | 'retraction' | 'reactions' }>;

/** The name by which a message of a conversation is spoken of: an id is only good within it. */
export function refOf(conversation: string, id: string): string {
  return `${conversation}\n${id}`;
}

/** The name of an archived message: `archive` is the address of a room, or empty for the own account. */
export function archivedOf(archive: string, id: string): string {
  return `${archive}\n${id}`;
}

/** The id in {@link archivedOf}. */
export function archiveIdOf(archived: string): string {
  return archived.slice(archived.indexOf('\n') + 1);
}

/** The names of something that came in. What has no id at all goes by what it says. */
export function refsOf({ conversation, id, originId, what }: Incoming): string[] {
  const refs: string[] = [];
  if (id !== undefined) refs.push(refOf(conversation, id));
  if (originId !== undefined && originId !== id) refs.push(refOf(conversation, originId));
  if (refs.length === 0 && what.kind === 'message')
    refs.push(refOf(conversation, `\n${what.content.text.slice(0, NAMING)}`));
  return refs;
}

/** Characters of a text that name a message without an id. */
const NAMING = 64;
