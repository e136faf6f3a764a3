import type { StreamStateStore } from '@xeps/xep-0198';

/** A token that signs in without a password (XEP-0484), with how often it was used. */
export interface StoredToken {
  readonly mechanism: string;
  readonly token: string;
  /** When it expires, as the server wrote it (XEP-0082). */
  readonly expiry?: string;
  readonly count: number;
}

/** What an account signs in with, as plain data. Never the password, unless the client was told to keep it. */
export interface StoredCredentials {
  /** A UUID of version 4 that stands for this installation, XEP-0388 §2.2. */
  readonly userAgentId: string;
  /** Random, and used again and again. */
  readonly resource: string;
  readonly token?: StoredToken;
  /** The keys of SCRAM, in base64. */
  readonly scramKeys?: Readonly<Record<string, { readonly clientKey: string; readonly serverKey: string }>>;
  readonly password?: string;
  /** The strongest mechanism that has worked. */
  readonly mechanism?: string;
  /** What is known of the server before it says anything: its features as XML, and on what stream they were seen. */
  readonly server?: {
    readonly framing: 'tcp' | 'websocket';
    readonly secure: boolean;
    readonly features: string;
  };
}

/** Keeps credentials, by the bare address of their account. What can't be read counts as not there. */
export interface CredentialStore {
  load(account: string): StoredCredentials | undefined | Promise<StoredCredentials | undefined>;
  /** Throws, or rejects, when they could not be kept. */
  save(account: string, credentials: StoredCredentials): void | Promise<void>;
  delete(account: string): void | Promise<void>;
}

/** Both of them, as adapters give them. */
export interface ClientStore {
  readonly credentials: CredentialStore;
  readonly streams: StreamStateStore;
}
