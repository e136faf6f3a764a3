import type { EncodedStanza } from '@xeps/stream';

/** A stanza that was sent, as plain data. */
export interface StoredStanza {
  readonly stanza: EncodedStanza;
  /** When it was first sent, in milliseconds since 1970. */
  readonly time: number;
}

/** A session as plain data: what another process or page needs to go on with it. */
export interface StreamManagementState {
  /** What the server calls the session; absent when it can't be resumed, so that what is unacknowledged is lost. */
  readonly id?: string | undefined;
  /** The address that is bound to it. */
  readonly jid?: string | undefined;
  /** Stanzas handled here, modulo 2^32. */
  readonly inbound: number;
  /** Stanzas handled there, as far as known, modulo 2^32. */
  readonly outbound: number;
  /** Seconds for which the server keeps it. */
  readonly max?: number | undefined;
  /** Where the server wants the next connection. */
  readonly location?: string | undefined;
  /** Sent in this session and not acknowledged, oldest first. */
  readonly unacked: readonly StoredStanza[];
  /** Left over from earlier sessions, and not known to have been sent again. */
  readonly lost?: readonly StoredStanza[] | undefined;
}

/** What happens to a session between one whole state and the next. */
export type StreamManagementChange =
  | { readonly type: 'sent'; readonly stanza: EncodedStanza; readonly time: number }
  /** The server has handled so many of ours. */
  | { readonly type: 'acked'; readonly h: number }
  /** So many of the server's are handled here. */
  | { readonly type: 'handled'; readonly h: number };

/**
 * Where one account's session is written down as it goes on. It must not throw: a journal that can't be written any more
 * says so elsewhere and forgets the state, because one with a gap would lose stanzas.
 */
export interface StreamJournal {
  /** What was stored last. */
  readonly state: StreamManagementState | undefined;
  /** A session began, was resumed, or (undefined) ended. */
  save(state: StreamManagementState | undefined): void;
  /** Written before the change shows on the wire. */
  append(change: StreamManagementChange): void;
}

/** Where sessions are kept between runs; one journal per account. */
export interface StreamStateStore {
  /** Opening it again takes it away from who had it. */
  open(account: string): StreamJournal | Promise<StreamJournal>;
}

/** The state after a change, or after several in their order. For stores that read a journal back. */
export function applyChange(
  state: StreamManagementState,
  changes: StreamManagementChange | readonly StreamManagementChange[],
): StreamManagementState {
  let { inbound, outbound } = state;
  const unacked = [...state.unacked];
  for (const change of [changes].flat()) {
    if (change.type === 'sent') unacked.push({ stanza: change.stanza, time: change.time });
    else if (change.type === 'handled') inbound = change.h;
    else {
      unacked.splice(0, (change.h - outbound) >>> 0);
      outbound = change.h;
    }
  }
  return { ...state, inbound, outbound, unacked };
}
