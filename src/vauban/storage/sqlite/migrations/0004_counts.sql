-- How many entries an index has under a value, of the indexes that are counted: one row, whatever the number.
CREATE TABLE counts (
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kind, account, region, name, value)
) STRICT, WITHOUT ROWID;
