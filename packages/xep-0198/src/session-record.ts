import type { Element } from '@xeps/core';
import { decodeHandled } from './elements.ts';
import type { Enabled } from './elements.ts';
import { createInboundCount } from './inbound.ts';
import type { InboundCount } from './inbound.ts';
import type { StoredStanza, StreamJournal, StreamManagementChange, StreamManagementState } from './state.ts';
import { createUnackedQueue } from './unacked.ts';
import type { UnackedQueue, UnackedStanza } from './unacked.ts';

/** What the server said of a session, and the address that is bound to it. */
export interface SessionInfo extends Partial<Enabled> {
  readonly jid: string;
}

/** The session that counts or can be gone on with, in memory and in the journal. */
export interface SessionRecord {
  readonly info: SessionInfo | undefined;
  readonly inbound: InboundCount;
  /** What was sent and not acknowledged. To be looked at only. */
  readonly unacked: Pick<UnackedQueue, 'size' | 'entries'>;
  /** A stanza is about to be sent. */
  push(entry: UnackedStanza): void;
  /** Settles what an element's `h` covers. Throws `StreamError`, and forgets the session, when it can't be right. */
  acknowledge(element: Element): void;
  /** The `h` to tell: written down before it is told, so that no later process tells less. */
  confirm(): number;
  /** A session began, in place of the one before. */
  begin(info: SessionInfo): void;
  /** The session goes on, and this is what is known of it now. */
  save(info: SessionInfo): void;
  /** The session goes on without management: what was written has been sent. */
  settle(): void;
  /** The session is over: what was not acknowledged is lost. */
  forget(): void;
  /** Empties the list of what is lost; `again` when it is about to be sent in this session. */
  takeLost(again: boolean): readonly UnackedStanza[];
  state(): StreamManagementState | undefined;
}

const load = ({ stanza, time }: StoredStanza): UnackedStanza => ({ stanza, time, receipt: undefined });
const store = ({ stanza, time }: StoredStanza): StoredStanza => ({ stanza, time });

/** Goes on with what the journal holds. `changed` when `confirm` may have something to write. */
/* @__NO_SIDE_EFFECTS__ */
export function createSessionRecord(journal: StreamJournal | undefined, changed: () => void): SessionRecord {
  const state = journal?.state;
  const inbound = createInboundCount(state?.inbound ?? 0, changed);
  const unacked = createUnackedQueue(state?.unacked.map(load) ?? [], state?.outbound ?? 0);
  const lost: UnackedStanza[] = state?.lost?.map(load) ?? [];
  let info: SessionInfo | undefined;
  /** How many handled stanzas the journal knows of. */
  let journaled = inbound.handled;
  /** The journal holds lost stanzas that were taken to be sent again. */
  let stale = false;

  const stateNow = (): StreamManagementState | undefined =>
    info === undefined && lost.length === 0
      ? undefined
      : {
          ...info,
          inbound: inbound.handled >>> 0,
          outbound: unacked.handled,
          unacked: unacked.entries().map(store),
          ...(lost.length > 0 && { lost: lost.map(store) }),
        };
  const write = (): void => {
    stale = false;
    journaled = inbound.handled;
    journal?.save(stateNow());
  };
  /** Writes a change down that was made in memory already, and that nothing shows of yet. */
  const record = (change: StreamManagementChange): void => {
    if (stale) write();
    else journal?.append(change);
  };
  const drop = (): void => {
    lost.push(...unacked.clear());
    inbound.clear();
    info = undefined;
  };
  const forget = (): void => {
    const known = info !== undefined;
    drop();
    if (known) write();
  };

  if (state?.id !== undefined && state.jid !== undefined) {
    info = { id: state.id, jid: state.jid, max: state.max, location: state.location };
  } else drop();

  return {
    get info() {
      return info;
    },
    inbound,
    unacked,
    push(entry) {
      unacked.push(entry);
      journal?.append({ type: 'sent', ...store(entry) });
    },
    acknowledge(element) {
      let covered: readonly UnackedStanza[];
      try {
        covered = unacked.acknowledge(decodeHandled(element));
      } catch (error) {
        // A peer that can't count can't resume either.
        forget();
        throw error;
      }
      if (covered.length > 0) record({ type: 'acked', h: unacked.handled });
      for (const { receipt } of covered) receipt?.acked();
    },
    confirm() {
      const { handled } = inbound;
      const h = handled >>> 0;
      if (handled !== journaled || stale) {
        journaled = handled;
        record({ type: 'handled', h });
      }
      return h;
    },
    begin(next) {
      drop();
      info = next;
      write();
    },
    save(next) {
      info = next;
      write();
    },
    settle() {
      info = undefined;
      const written = unacked.clear();
      write();
      for (const { receipt } of written) receipt?.acked();
    },
    forget,
    takeLost(again) {
      const taken = lost.splice(0);
      if (taken.length > 0) {
        // Kept until they have been sent: twice is better than never.
        stale = again;
        if (again) changed();
        else write();
      }
      return taken;
    },
    state: stateNow,
  };
}
