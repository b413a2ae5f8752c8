-- Which chunks a search may pass over: a row for every few thousand events, written some time after them.
CREATE TABLE audit_segments (
    last_sequence INTEGER PRIMARY KEY,
    first_sequence INTEGER NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    summary BLOB NOT NULL
) STRICT;

DROP INDEX audit_chunks_by_first;
DROP INDEX audit_chunks_by_last;
CREATE INDEX audit_segments_by_time ON audit_segments (last, first, first_sequence, last_sequence);
