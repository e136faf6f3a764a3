/** A message of the store, as commands write it and as they find it. */
import type { Attachment, Content, Failure, Message } from '@xeps/im';
import type { Conversations } from './conversations.ts';
import { UsageError } from './failure.ts';

/** A line of JSON for a message as it stands. What is not known, and what is empty, is left out. */
export interface StoredLine {
  readonly type: 'message' | 'changed';
  /** Its name in this store, for `--reply-to` and the like: it stays the same, and is another in other stores. */
  readonly key: string;
  /** The address of the other side. */
  readonly conversation: string;
  readonly direction: 'received' | 'sent';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The id that its sender gave it. */
  readonly id?: string;
  /** Its id in the account's archive (XEP-0359). */
  readonly stanzaId?: string;
  readonly from: string;
  readonly to: string;
  readonly subject?: string;
  /** What it says now, without what is only there for clients that know less. */
  readonly body?: string;
  readonly lang?: string;
  /** It hides the body; what is said of it, or empty. */
  readonly spoiler?: string;
  /** `*` and `_` are meant as they are (XEP-0393 §6). */
  readonly unstyled?: true;
  readonly attachments?: readonly Attachment[];
  /** It was encrypted and can't be read here. */
  readonly encryption?: string;
  readonly thread?: string;
  /** The id of the message that it answers. */
  readonly replyTo?: string;
  /** All wordings, the first one first, where there are several. */
  readonly edits?: ReadonlyArray<{ readonly at: string; readonly body: string }>;
  readonly reactions?: ReadonlyArray<{
    readonly from: string;
    readonly emojis: readonly string[];
    readonly at: string;
  }>;
  readonly retracted?: { readonly at: string; readonly reason?: string };
  /** How far one that was sent has come. */
  readonly state?: 'pending' | 'sent' | 'delivered' | 'read' | 'failed';
  readonly failure?: Failure;
}

/** The line for a message. */
export function storedLine(message: Message, own: string, type: StoredLine['type'] = 'message'): StoredLine {
  const { key, conversation, outgoing, time, id, archiveId, content, attachments, thread, replyTo } = message;
  const { edits, reactions, retracted, state, failure } = message;
  const author = message.author.address;
  return {
    type,
    key,
    conversation,
    direction: outgoing ? 'sent' : 'received',
    at: time.toISOString(),
    ...(id !== undefined && { id }),
    ...(archiveId !== undefined && { stanzaId: archiveId }),
    from: author,
    to: outgoing ? conversation : own,
    ...said(content),
    ...(attachments.length > 0 && { attachments }),
    ...(thread !== undefined && { thread }),
    ...(replyTo !== undefined && { replyTo }),
    ...(edits.length > 0 && {
      edits: edits.map((edit) => ({ at: isoTime(edit.time), body: edit.content.text })),
    }),
    ...(reactions.length > 0 && {
      reactions: reactions.map((one) => ({ from: one.author.address, emojis: one.emojis, at: isoTime(one.time) })),
    }),
    ...(retracted && {
      retracted: {
        at: retracted.time.toISOString(),
        ...(retracted.reason !== undefined && { reason: retracted.reason }),
      },
    }),
    ...(state !== 'received' && { state }),
    ...(failure !== undefined && { failure }),
  };
}

function said({
  subject,
  text,
  lang,
  spoiler,
  unstyled,
  encryption,
}: Content): Pick<StoredLine, 'subject' | 'body' | 'lang' | 'spoiler' | 'unstyled' | 'encryption'> {
  return {
    ...(subject !== undefined && { subject }),
    ...(text !== '' && { body: text }),
    ...(lang !== undefined && { lang }),
    ...(spoiler !== undefined && { spoiler }),
    ...(unstyled === true && { unstyled }),
    ...(encryption !== undefined && { encryption }),
  };
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** So many of the newest messages are looked through for the last of somebody. */
const LOOK_BACK = 500;

/**
 * The message of a conversation that an id stands for: its key, the id of its sender, or that of the archive; or `last`,
 * the last message of the account itself where `own`, else of the other side.
 */
export async function findMessage(
  { im, store }: Conversations,
  address: string,
  id: string,
  own: boolean,
): Promise<Message | undefined> {
  if (id === 'last') {
    const newest = await im.messages(address, { limit: LOOK_BACK });
    const found = newest.findLast(({ outgoing, retracted }) => outgoing === own && retracted === undefined);
    if (found === undefined)
      throw new UsageError(
        own ? `you have written nothing to ${address} that is stored here` : `nothing of ${address} is stored here`,
      );
    return found;
  }
  const named = (await im.message(id)) ?? (await im.find(address, id));
  if (named !== undefined) return named.conversation === address ? named : undefined;
  // As the engine names what is in the account's own archive.
  const [archived] = await store.read((tx) => tx.findArchived([`\n${id}`]));
  return archived?.kind === 'message' && archived.conversation === address ? im.message(archived.key) : undefined;
}

/** All messages of a conversation in the store, in order, of which no more than a page is in memory. */
export async function* allMessages(
  { im }: Pick<Conversations, 'im'>,
  address: string,
  since?: Date,
): AsyncGenerator<Message> {
  const size = 500;
  for (let after = -Infinity; ;) {
    const page = await im.messages(address, { after, limit: size });
    for (const message of page) if (since === undefined || message.time >= since) yield message;
    if (page.length < size) return;
    after = page.at(-1)!.position;
  }
}
