import { XmppError } from '@xeps/core';
import type { InlineFeature, StreamModule } from '@xeps/stream';
import type { StreamJournal, StreamManagementState } from './state.ts';
import type { UnackedStanza } from './unacked.ts';

/** Time, given from outside so that a stream has no timers of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after some milliseconds; the answer cancels that. */
  schedule(callback: () => void, milliseconds: number): () => void;
}

/** How streams are managed. */
export interface StreamManagementOptions {
  readonly clock: Clock;
  /** Whether to ask for resumption; true when left out. */
  readonly resumable?: boolean | undefined;
  /** Seconds for which the server is asked to keep the session. */
  readonly max?: number | undefined;
  /** An acknowledgement is asked for after so many stanzas (25 when left out)… */
  readonly requestAfterStanzas?: number | undefined;
  /** …or when nothing more was sent for so many milliseconds (250 when left out). */
  readonly requestAfterMilliseconds?: number | undefined;
  /**
   * Milliseconds that the server has to answer a wish to resume (10,000 when left out); then the stream ends with
   * `TimeoutError`, unless the wish was part of signing in, which has a time limit of its own. When the server has been
   * silent for twice as long in all, no new stream asks for that session any more.
   */
  readonly resumeTimeout?: number | undefined;
  /** Where the session is written down. What it holds already is gone on with. */
  readonly journal?: StreamJournal | undefined;
  /** The server refused to enable or resume; the stream goes on without. */
  readonly onFailed?: ((error: StreamManagementError) => void) | undefined;
}

/** The server answered `<failed/>`, §6, or did not answer a wish to resume. */
export class StreamManagementError extends XmppError {
  static override readonly brand = 'StreamManagementError';
  readonly reason: 'enable' | 'resume';
  /**
   * A stanza error condition: `item-not-found` when the session is not known any more, `remote-server-timeout` when the
   * server did not answer.
   */
  readonly condition: string;

  constructor(reason: 'enable' | 'resume', condition: string, domain: string) {
    super('ERR_XMPP_SM', `${domain} did not ${reason} stream management: ${condition}`);
    this.reason = reason;
    this.condition = condition;
  }
}

/** Stream management of one account's connection; it outlives the streams that its module is part of. */
export interface StreamManagement {
  /** Enables and resumes in steps of their own, and counts. Always needed; before `bind`. */
  readonly module: StreamModule;
  /** Resumes as part of signing in, §9: for the `inline` of SASL2, before what binds. */
  readonly resumption: InlineFeature;
  /** Enables as part of binding, §9: for the `inline` of Bind 2. */
  readonly enabling: InlineFeature;
  /** The present stream acknowledges stanzas. */
  readonly active: boolean;
  /** There is a session to resume. */
  readonly resumable: boolean;
  /** Where the server wants the next connection, §3. */
  readonly location: string | undefined;
  /** How many stanzas wait for an acknowledgement. */
  readonly unacked: number;
  /** Asks the server for an acknowledgement now; whether it could be asked. */
  requestAck(): boolean;
  /**
   * The stanza that is being delivered counts as handled only when `work` has settled, whether well or not. To be called
   * by a listener before it returns; at any other time it does nothing.
   */
  hold(work: Promise<unknown>): void;
  /**
   * The stanzas of sessions that can't be resumed, oldest first. They are the caller's from now on: to be sent again at
   * once, or failed. To be asked for whenever a stream is online, resumed or not: an earlier process may have left some.
   */
  takeLost(): readonly UnackedStanza[];
  /** The session ended: what was not acknowledged is lost, see `takeLost`. */
  forget(): void;
  /** The session as plain data; undefined when there is nothing to resume. */
  snapshot(): StreamManagementState | undefined;
}
