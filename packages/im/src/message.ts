import { parseStyling } from '@xeps/xep-0393';
import type { StyledBlock } from '@xeps/xep-0393';
import type {
  Attachment,
  Author,
  Content,
  ConversationRecord,
  DeliveryState,
  Edit,
  EventRecord,
  Failure,
  Reaction,
} from './store/records.ts';
import { wording } from './model/derive.ts';

/** A message, as it stands now. */
export interface Message {
  /** The same in this store for good, and another one in every other store. */
  readonly key: string;
  /** The address of the conversation. */
  readonly conversation: string;
  /** For paging, and to sort by: see `EventRecord.position`. */
  readonly position: number;
  readonly author: Author;
  /** This account wrote it, on whatever device. */
  readonly outgoing: boolean;
  /** When the server got it, as far as that is known. */
  readonly time: Date;
  /** What it says now; empty when it was taken back. */
  readonly content: Content;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** All wordings, the first one first; empty when it was never corrected. */
  readonly edits: readonly Edit[];
  /** By person, in the order in which they first reacted. */
  readonly reactions: readonly Reaction[];
  /** It was taken back. */
  readonly retracted?: { readonly time: Date; readonly reason?: string };
  /** The id of the message that it answers: `Im.find` looks it up. */
  readonly replyTo?: string;
  readonly thread?: string;
  readonly state: DeliveryState;
  /** Why it failed. */
  readonly failure?: Failure;
  /** The id by which its sender, and XEPs, speak of it. */
  readonly id?: string;
  /** Its id in the archive, once that is known. */
  readonly archiveId?: string;
}

/** A conversation, as a list of conversations shows it. */
export interface Conversation {
  /** The address of the other side. */
  readonly address: string;
  /** Messages of others that were not read, on any device of this account. */
  readonly unread: number;
  /** The newest message. */
  readonly last?: Message;
  /** The key of the message up to which this account has read. */
  readonly readUpTo?: string;
  /** What was written on this device and not sent. */
  readonly draft?: string;
  /** It stands before the others, on this device. */
  readonly pinned: boolean;
  /** There is nothing older than what is here. */
  readonly complete: boolean;
}

/** Makes of a message's record what an app gets. */
export function toMessage(record: EventRecord, talk: ConversationRecord | undefined): Message {
  const { data } = record;
  const content = wording(data) ?? { text: '' };
  const { retracted, replyTo, thread, failure, id } = data;
  const isRead =
    data.state !== 'failed' && data.state !== 'received' && (talk?.peerRead?.position ?? -Infinity) >= record.position;
  return {
    key: record.key,
    conversation: record.conversation,
    position: record.position,
    author: data.author,
    outgoing: data.outgoing,
    time: new Date(data.time),
    content,
    text: content.text,
    attachments: content.attachments ?? [],
    edits:
      data.edits === undefined || data.content === undefined
        ? []
        : [{ time: data.time, content: data.content }, ...data.edits],
    reactions: data.reactions ?? [],
    ...(retracted && {
      retracted: {
        time: new Date(retracted.time),
        ...(retracted.reason !== undefined && { reason: retracted.reason }),
      },
    }),
    ...(replyTo !== undefined && { replyTo }),
    ...(thread !== undefined && { thread }),
    state: isRead ? 'read' : (data.state ?? 'received'),
    ...(failure !== undefined && { failure }),
    ...(id !== undefined && { id }),
    ...(record.archived !== undefined && { archiveId: record.archived.slice(record.archived.indexOf('\n') + 1) }),
  };
}

/**
 * What a message says as styled text (XEP-0393): blocks and spans with their places in `text`, whose characters, put
 * together, are the text again. One plain block where the sender wants no styling.
 */
export function styledText({ content: { text, unstyled } }: Pick<Message, 'content'>): StyledBlock[] {
  if (unstyled !== true) return parseStyling(text);
  const whole = { start: 0, end: text.length };
  return text === '' ? [] : [{ type: 'plain', ...whole, children: [{ type: 'text', ...whole }] }];
}
