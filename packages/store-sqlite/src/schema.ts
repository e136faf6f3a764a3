/** What the tables of each version need to become those of the next. What stands here once is never changed. */
export const migrations: readonly string[] = [
  // `record` is what was put, as JSON; the other columns are what it is looked up by. A place is a position as a number
  // of 64 bits (see `placeOf`), because the search needs one.
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE conversations (address TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    place INTEGER NOT NULL,
    message INTEGER NOT NULL,
    counts INTEGER NOT NULL,
    archived TEXT UNIQUE,
    target TEXT,
    record TEXT NOT NULL
  );
  CREATE INDEX pages ON events (conversation, place, counts) WHERE message = 1;
  CREATE INDEX places ON events (place) WHERE message = 1;
  CREATE INDEX targets ON events (target) WHERE target IS NOT NULL;
  CREATE TABLE refs (ref TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (ref, event)) WITHOUT ROWID;
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY, record TEXT NOT NULL);
  CREATE TABLE changes (revision INTEGER PRIMARY KEY, record TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(
    text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2 3'
  );
  `,
];
