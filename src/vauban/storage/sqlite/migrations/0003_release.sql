-- The release that wrote the entries of all kinds last: while it is the same, they need not be compared.
ALTER TABLE state ADD COLUMN release TEXT NOT NULL DEFAULT '';
