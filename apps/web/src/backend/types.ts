/** What the screens know of an account: plain data and promises, so that it may live in another tab. */
import type { Attachment, Change, Conversation, Message, MessagesOptions, NewMessage, SearchOptions } from '@xeps/im';

/** Who somebody is to this account. */
export interface Contact {
  readonly address: string;
  /** What to call them. */
  readonly name: string;
  /** What the user calls them; undefined when nothing was given. */
  readonly givenName?: string;
  readonly groups: readonly string[];
  /** Whose presence who sees (RFC 6121 §2.1.2.5). */
  readonly subscription: 'none' | 'to' | 'from' | 'both';
  /** A request waits for their answer. */
  readonly asked: boolean;
}

/** Somebody who wants to see this account's presence. */
export interface ContactRequest {
  readonly address: string;
  readonly text?: string;
}

/** Whether and how somebody is there. */
export interface Availability {
  readonly show: 'available' | 'chat' | 'away' | 'xa' | 'dnd';
  readonly status?: string;
}

/** How it stands with the connection. */
export type ConnectionView =
  | { readonly status: 'connecting' }
  | { readonly status: 'online' }
  /** Tries again at `until`, milliseconds since 1970. */
  | { readonly status: 'waiting'; readonly until: number; readonly fault: Fault }
  /** It does not go on by itself. */
  | { readonly status: 'ended'; readonly fault: Fault };

/** An error, as it can go from tab to tab. */
export interface Fault {
  /** What kind it is: `SaslError`, `ConnectionError`, `StoreError`, … */
  readonly name: string;
  /** Its `reason` or `condition`, whichever it has. */
  readonly reason?: string;
  /** For people, in English. */
  readonly message: string;
  readonly max?: number;
}

/** Everything that is shown as it is now. Each part is a new object when something in it has changed. */
export interface AccountState {
  readonly address: string;
  readonly connection: ConnectionView;
  /** How far the archive has been read. */
  readonly sync: { readonly state: string; readonly messages: number };
  readonly contacts: readonly Contact[];
  readonly contactsLoaded: boolean;
  readonly requests: readonly ContactRequest[];
  /** By bare address. */
  readonly presence: Readonly<Record<string, Availability>>;
  /** Who writes, by conversation. */
  readonly typing: Readonly<Record<string, boolean>>;
  /** Bytes that a file may have; undefined where the server takes none, 0 where it does not say. */
  readonly upload: number | undefined;
  readonly nickname: string;
  /** Something that is stored could not be: the text says what to do. */
  readonly storeFault?: Fault;
}

/** A conversation with the name to show. */
export interface ConversationView extends Conversation {
  readonly name: string;
}

/** Where to put a file, and where others get it (XEP-0363 §4). */
export interface Slot {
  readonly put: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly get: string;
}

/** A device, or an application, that has access to the account (XEP-0494). */
export interface SignedInDevice {
  readonly id: string;
  readonly software?: string;
  readonly device?: string;
  readonly connected: boolean;
  readonly firstSeen?: Date;
  readonly lastSeen?: Date;
  readonly byPassword: boolean;
  /** It is this one. */
  readonly current: boolean;
}

/** What the server says of itself. */
export interface ServerInfo {
  readonly domain: string;
  readonly software?: string;
  readonly features: readonly string[];
}

/** What a screen may ask of the account. */
export interface AccountApi {
  conversations(): Promise<ConversationView[]>;
  conversation(address: string): Promise<ConversationView>;
  messages(address: string, options?: MessagesOptions): Promise<Message[]>;
  /** Reads older messages from the archive; how many came, and whether that is all. */
  loadOlder(address: string): Promise<{ readonly added: number; readonly complete: boolean }>;
  message(key: string): Promise<Message | undefined>;
  messageSince(address: string, time: Date): Promise<Message | undefined>;
  find(address: string, id: string): Promise<Message | undefined>;
  search(text: string, options?: SearchOptions): Promise<Message[]>;
  send(address: string, message: NewMessage): Promise<Message>;
  correct(key: string, message: NewMessage): Promise<Message>;
  retract(key: string): Promise<Message>;
  react(key: string, emojis: readonly string[]): Promise<Message>;
  retry(key: string): Promise<Message>;
  cancel(key: string): Promise<boolean>;
  markRead(address: string, key?: string): Promise<void>;
  typing(address: string): Promise<void>;
  setDraft(address: string, text: string): Promise<void>;
  setPinned(address: string, pinned: boolean): Promise<void>;

  addContact(address: string, name?: string): Promise<void>;
  renameContact(address: string, name: string): Promise<void>;
  removeContact(address: string): Promise<void>;
  approve(address: string): Promise<void>;
  deny(address: string): Promise<void>;

  slot(file: { readonly name: string; readonly size: number; readonly type: string }): Promise<Slot>;
  setNickname(name: string): Promise<void>;
  setPresence(show: Availability['show']): Promise<void>;
  devices(): Promise<SignedInDevice[]>;
  revoke(id: string): Promise<void>;
  changePassword(password: string): Promise<void>;
  serverInfo(): Promise<ServerInfo>;
  /** Tries to connect now. */
  reconnect(password?: string): Promise<void>;
  /** A tab shows this conversation, or none, to a person, or nothing at all any more. */
  looksAt(tab: string, visible: boolean, conversation: string | undefined): Promise<void>;
  /** Leaves nothing of the account here. */
  signOut(): Promise<void>;
}

/** What an account tells. */
export interface AccountEvents {
  /** Parts of the state that are new. */
  state: Partial<AccountState>;
  change: Change;
  /** Somebody is to be told; no tab shows these messages. */
  notify: { readonly messages: readonly NotifiedMessage[] };
  /** The account is not signed in here any more. */
  gone: { readonly address: string };
}

/** A message to tell of. */
export interface NotifiedMessage {
  readonly conversation: string;
  readonly name: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly time: number;
}

/** An account, in this tab or in another. */
export interface Account {
  readonly api: AccountApi;
  /** Undefined until something is known. */
  readonly state: AccountState | undefined;
  on<K extends keyof AccountEvents>(event: K, listener: (value: AccountEvents[K]) => void): () => void;
}
