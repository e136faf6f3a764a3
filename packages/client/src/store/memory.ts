import type { StoredStanza, StreamJournal, StreamManagementState } from '@xeps/xep-0198';
import type { ClientStore, CredentialStore, StoredCredentials } from './types.ts';

/** Keeps everything as long as the process lives: several clients in turn go on where the one before stopped. */
/* @__NO_SIDE_EFFECTS__ */
export function memoryStore(): ClientStore {
  const journals = new Map<string, StreamJournal>();
  return {
    credentials: memoryCredentials(),
    streams: {
      open(account) {
        const earlier = journals.get(account)?.state;
        const journal: StreamJournal = memoryJournal(earlier, () => journals.get(account) === journal);
        journals.set(account, journal);
        return journal;
      },
    },
  };
}

/** The half that a client without a store needs. */
/* @__NO_SIDE_EFFECTS__ */
export function memoryCredentials(): CredentialStore {
  const credentials = new Map<string, StoredCredentials>();
  return {
    load: (account) => credentials.get(account),
    save: (account, value) => void credentials.set(account, value),
    delete: (account) => void credentials.delete(account),
  };
}

/** Changes in place: to copy what waits for an acknowledgement with each stanza would cost its square. */
function memoryJournal(initial: StreamManagementState | undefined, isOpen: () => boolean): StreamJournal {
  let head = initial;
  let unacked: StoredStanza[] = [...(initial?.unacked ?? [])];
  let [inbound, outbound] = [initial?.inbound ?? 0, initial?.outbound ?? 0];
  return {
    get state() {
      return head && { ...head, inbound, outbound, unacked: [...unacked] };
    },
    save(state) {
      if (!isOpen()) return;
      head = state;
      unacked = [...(state?.unacked ?? [])];
      [inbound, outbound] = [state?.inbound ?? 0, state?.outbound ?? 0];
    },
    append(change) {
      if (!isOpen() || head === undefined) return;
      if (change.type === 'sent') unacked.push({ stanza: change.stanza, time: change.time });
      else if (change.type === 'handled') inbound = change.h;
      else {
        unacked.splice(0, (change.h - outbound) >>> 0);
        outbound = change.h;
      }
    },
  };
}
