/** What a store holds: plain data, so that every store can hold it, and pass it from one process to another. */

/** Who said something: see `MessageSender` of XEP-0421. */
export interface Author {
  /** The bare address in a chat, the occupant's full address in a room. */
  readonly address: string;
  readonly occupantId?: string;
}

/** A file that came with a message. Nothing has been fetched. */
export interface Attachment {
  /** Where it is: `https:` or `http:`. */
  readonly url: string;
  readonly name?: string;
  /** As its sender says, such as `image/png`. */
  readonly mediaType?: string;
  /** Bytes. */
  readonly size?: number;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly description?: string;
  /** Whether it is to be shown in the conversation (XEP-0447 §3.1), and not only offered. */
  readonly inline?: boolean;
}

/** What the sender says is behind a link of a message (XEP-0511); nothing has been fetched. */
export interface LinkInfo {
  /** The link, as it stands in the text. */
  readonly url: string;
  /** Where it leads, which is all that is certain: to be shown with the rest. */
  readonly host: string;
  readonly title?: string;
  readonly description?: string;
}

/** What a message says. */
export interface Content {
  /** What to show: the body without what is only there for clients that know less (XEP-0428). */
  readonly text: string;
  /** The language of the text, where it is said (`xml:lang`). */
  readonly lang?: string;
  readonly subject?: string;
  /** A warning to be shown before the text (XEP-0382): of what it hides, or empty. */
  readonly spoiler?: string;
  /** The sender does not want `*` and `_` to be read as styling (XEP-0393 §6). */
  readonly unstyled?: boolean;
  readonly attachments?: readonly Attachment[];
  readonly links?: readonly LinkInfo[];
  /** It was encrypted and can't be read here: the name of the encryption (XEP-0380). */
  readonly encryption?: string;
}

/** An earlier or the present wording of a message that was corrected. */
export interface Edit {
  /** When the correction was made; milliseconds. */
  readonly time: number;
  readonly content: Content;
}

/** The reactions of one person. */
export interface Reaction {
  readonly author: Author;
  /** Each emoji once. */
  readonly emojis: readonly string[];
  /** Milliseconds. */
  readonly time: number;
}

/** Why a message did not arrive. */
export interface Failure {
  /** The condition of the stanza error (RFC 6120 §8.3.3), or `invalid` where it could not be sent at all. */
  readonly condition: string;
  /** What the server or the addressee says about it, for people. */
  readonly text?: string;
  /** Whether it may work later, as it is. */
  readonly retry: boolean;
}

/**
 * How far a message of the own account has come: it waits to be sent, the server has it, it is on a device of the
 * addressee, the addressee has seen it, or none of these any more. Messages of others are `received`.
 */
export type DeliveryState = 'pending' | 'sent' | 'delivered' | 'read' | 'failed' | 'received';

/** What happened in a conversation. All but `message` change a message. */
export type EventKind = 'message' | 'edit' | 'retraction' | 'reactions';

/** What is said about {@link EventRecord} beyond what a store looks things up by. */
export interface EventData {
  /** The message's own id, and its origin id (XEP-0359 §2.2). */
  readonly id?: string;
  readonly originId?: string;
  readonly author: Author;
  readonly outgoing: boolean;
  /** Milliseconds: when the server got it, as far as that is known. */
  readonly time: number;
  /** Its place is that of the archive, and not only the order in which things came. */
  readonly confirmed: boolean;
  /** What was said at first; for `edit`, what is said now. */
  readonly content?: Content;
  readonly thread?: string;
  /** The id of the message that this one answers (XEP-0461). */
  readonly replyTo?: string;
  /** Read markers are wanted (XEP-0333). */
  readonly markable?: boolean;
  /** A receipt is wanted (XEP-0184). */
  readonly receiptWanted?: boolean;
  /** For `message`: how far it came, not counting whether it was read. */
  readonly state?: DeliveryState;
  readonly failure?: Failure;
  /** For `message`: its wordings, the newest last; empty when it was never corrected. */
  readonly edits?: readonly Edit[];
  /** For `message`: who took it back, and when. */
  readonly retracted?: { readonly time: number; readonly reason?: string };
  /** For `message`: in the order in which the people first reacted. For `reactions`: what its author reacts with now. */
  readonly reactions?: readonly Reaction[];
  readonly emojis?: readonly string[];
}

/** Something that happened in a conversation: a message, or a change of one. */
export interface EventRecord {
  /** The same as long as the store lives. */
  readonly key: string;
  /** The address of the conversation. */
  readonly conversation: string;
  readonly kind: EventKind;
  /**
   * Where it stands among all events: no two have the same. Not for keeping: it may change as long as the archive has not
   * said what the order is.
   */
  readonly position: number;
  /** The id in the archive that holds the conversation, with that archive's name; no two have the same. */
  readonly archived?: string;
  /** The names by which others may speak of it (see `refOf`). Different events may share one. */
  readonly refs: readonly string[];
  /** The name of the message that it changes. */
  readonly target?: string;
  /** Counts as unread until it is read: a message of somebody else. */
  readonly counts: boolean;
  /** What a search finds it by. Absent for what is not to be found. */
  readonly text?: string;
  readonly data: EventData;
}

/** A conversation. */
export interface ConversationRecord {
  /** The bare address of the other side. */
  readonly address: string;
  /** The newest message. */
  readonly last?: { readonly key: string; readonly position: number; readonly time: number };
  /** How many messages of others have not been read. */
  readonly unread: number;
  /** Up to which message this account has read. */
  readonly read?: ReadMark;
  /** The devices of this account have still to be told of it (XEP-0490). */
  readonly publish?: boolean;
  /** Up to which message the other side has been told that it was read (XEP-0333). */
  readonly told?: ReadMark;
  /** Up to which of this account's messages the other side has read. */
  readonly peerRead?: ReadMark;
  /** What the account's devices have agreed on (XEP-0490), as long as the message is not here: its id in the archive. */
  readonly displayed?: string;
  /** Names of messages that are not here: what is known about them already. */
  readonly early?: {
    readonly peerRead?: string;
    readonly ownRead?: string;
    readonly received?: readonly string[];
    /** There are events that change messages which are not here. */
    readonly changes?: boolean;
  };
  /** What the user of this device has written and not sent. */
  readonly draft?: string;
  /** The user of this device wants it before the others. */
  readonly pinned?: boolean;
  /** How far back the archive has been read. */
  readonly history: {
    /** The id in the archive from which older messages are asked for; the end of what was synchronised at first when absent. */
    readonly oldest?: string;
    /** There is nothing older. */
    readonly complete: boolean;
    /** It was asked for at least once. */
    readonly opened: boolean;
  };
}

/** Up to where somebody has read. */
export interface ReadMark {
  readonly key: string;
  readonly position: number;
}

/** A stanza that waits to be sent, or whose arrival at the server is not certain yet. */
export interface OutboxRecord {
  /** Increasing: the order in which they are sent. */
  readonly seq: number;
  /** The event that it sends; absent for what nobody sees, such as read markers. */
  readonly event?: string;
  /** The origin id, by which the archive tells that it has arrived. */
  readonly originId: string;
  readonly conversation: string;
  /** The stanza, as XML. */
  readonly stanza: string;
  /** It was given to a connection, by the engine of that name; whether the server got it is not known. */
  readonly sentBy?: string;
}

/** What changed in one transaction. */
export interface ChangeBatch {
  /** Increasing by one. */
  readonly revision: number;
  /** The conversations of which something changed: their record, or their messages. */
  readonly conversations: readonly string[];
  /** The messages that are new, by key. */
  readonly added: readonly string[];
  /** The messages of which something changed, by key. Their place may have changed too. */
  readonly changed: readonly string[];
  /** The messages that are gone, by key. */
  readonly removed: readonly string[];
}
