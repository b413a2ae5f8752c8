"""Records kept: snapshots read, changesets committed, events and the audit log beside them."""
