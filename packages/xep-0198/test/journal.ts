import { applyChange } from '@xeps/xep-0198';
import type { StreamJournal, StreamManagementChange, StreamManagementState } from '@xeps/xep-0198';

/** A journal in memory that shows what was written, and survives only as JSON, as real ones do. */
export interface TestJournal extends StreamJournal {
  /** What was written since the last look: the type of each change with its number, or the whole state. */
  written(): (string | StreamManagementState | undefined)[];
}

export function testJournal(initial?: StreamManagementState, before: () => void = () => {}): TestJournal {
  let state = initial;
  let log: (string | StreamManagementState | undefined)[] = [];
  const copy = <T>(value: T): T => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T));
  const word = (change: StreamManagementChange): string =>
    change.type === 'sent' ? `sent ${change.stanza.text}` : `${change.type} ${change.h}`;
  return {
    get state() {
      return copy(state);
    },
    save(next) {
      before();
      state = copy(next);
      log.push(copy(next));
    },
    append(change) {
      before();
      if (state === undefined) throw new Error(`${word(change)}: a change of nothing`);
      state = applyChange(state, copy(change));
      log.push(word(change));
    },
    written() {
      const now = log;
      log = [];
      return now;
    },
  };
}
