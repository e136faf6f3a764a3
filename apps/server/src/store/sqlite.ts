import { DatabaseSync } from 'node:sqlite';
import type { Store, Table } from './store.ts';

/** What of a table is not in the file yet: a value, or undefined for one to be removed. */
type Changes = Map<string, unknown>;

/**
 * A store in one file. Changes are written together, at the end of the turn that made them; a crash loses that turn.
 *
 * @throws Error when the file can't be opened, or is none of ours
 */
export function sqliteStore(path: string): Store {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS entries (at INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, key)) STRICT',
  );
  const all = database.prepare('SELECT key, value FROM entries WHERE name = ? ORDER BY at');
  const put = database.prepare(
    'INSERT INTO entries (name, key, value) VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM entries WHERE name = ? AND key = ?');

  const tables = new Map<string, Table<unknown>>();
  const changed = new Map<string, Changes>();
  let scheduled = false;

  function write(): void {
    scheduled = false;
    if (changed.size === 0) return;
    database.exec('BEGIN');
    for (const [name, changes] of changed) {
      for (const [key, value] of changes) {
        if (value === undefined) remove.run(name, key);
        else put.run(name, key, JSON.stringify(value));
      }
    }
    database.exec('COMMIT');
    changed.clear();
  }

  function note(name: string, key: string, value: unknown): void {
    let changes = changed.get(name);
    if (changes === undefined) changed.set(name, (changes = new Map()));
    changes.set(key, value);
    if (scheduled) return;
    scheduled = true;
    setImmediate(write);
  }

  function open(name: string): Table<unknown> {
    const rows = all.all(name) as { key: string; value: string }[];
    const values = new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
    return {
      get: (key) => values.get(key),
      set(key, value) {
        values.set(key, value);
        note(name, key, value);
      },
      delete(key) {
        if (values.delete(key)) note(name, key, undefined);
      },
      entries: () => values.entries(),
    };
  }

  return {
    table<T>(name: string) {
      let table = tables.get(name);
      if (table === undefined) tables.set(name, (table = open(name)));
      return table as unknown as Table<T>;
    },
    close() {
      write();
      database.close();
      return Promise.resolve();
    },
  };
}
