import type { RosterItem, RosterList } from './roster-schema.ts';

/** A roster as it is kept: `toJson(rosterList, …)` of `@xeps/core/schema` makes JSON of it, `fromJson` brings it back. */
export interface StoredRoster {
  /** The version (§2.6); undefined when the server has none. */
  readonly ver?: string | undefined;
  readonly items: readonly RosterItem[];
}

/** Where the roster of one account is kept, so that the next session only asks what has changed (§2.6). */
export interface RosterStore {
  load(): Promise<StoredRoster | undefined> | StoredRoster | undefined;
  save(roster: StoredRoster): Promise<void> | void;
}

/** Reads and writes a store. Its faults are told, and the roster goes on without it. */
export interface RosterSaver {
  restore(store: RosterStore): Promise<RosterList | undefined>;
  /** Saves what there is, one write at a time; of changes in quick succession only the last is written. */
  save(store: RosterStore | undefined): void;
}

/** Makes a {@link RosterSaver} of what `current` gives at the moment of writing; `report` is given what the store throws. */
/* @__NO_SIDE_EFFECTS__ */
export function createRosterSaver(report: (error: unknown) => void, current: () => StoredRoster): RosterSaver {
  let busy = false;
  let again = false;

  async function write(store: RosterStore): Promise<void> {
    busy = true;
    try {
      do {
        again = false;
        // What comes in one go is written in one go.
        await Promise.resolve();
        await store.save(current());
      } while (again);
    } catch (error) {
      // The next session asks for all of it.
      report(error);
    } finally {
      busy = false;
    }
  }

  return {
    async restore(store) {
      try {
        const stored = await store.load();
        return stored && { items: [...stored.items], ...(stored.ver !== undefined && { ver: stored.ver }) };
      } catch (error) {
        // All of it is asked for.
        report(error);
        return undefined;
      }
    },
    save(store) {
      if (store === undefined) return;
      again = true;
      if (!busy) void write(store);
    },
  };
}
