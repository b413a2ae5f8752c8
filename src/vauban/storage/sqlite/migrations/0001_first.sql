CREATE TABLE records (
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, account, region, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE index_entries (
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (kind, account, region, name, value, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (at, kind, account, region, id)
) STRICT, WITHOUT ROWID;

-- How each kind was indexed when its entries were written: where that changes, they are written anew.
CREATE TABLE kinds (
    kind TEXT PRIMARY KEY NOT NULL,
    indexed TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    event BLOB NOT NULL
) STRICT;

CREATE TABLE audit_chunks (
    sequence INTEGER PRIMARY KEY,
    first REAL NOT NULL,
    last REAL NOT NULL,
    count INTEGER NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX audit_chunks_by_first ON audit_chunks (first);
CREATE INDEX audit_chunks_by_last ON audit_chunks (last);

CREATE TABLE denials (
    authorization_id TEXT PRIMARY KEY NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the newest version, and both ends of the audit chain.
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    tip_sequence INTEGER NOT NULL,
    tip_hash BLOB NOT NULL,
    anchor_sequence INTEGER NOT NULL,
    anchor_hash BLOB NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0, 0, zeroblob(32), 0, zeroblob(32));
