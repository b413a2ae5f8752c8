"""Records on disk: one SQLite database, one writer, as many readers as there are workers."""

from vauban.storage.sqlite.sites import Site, open_store

__all__ = ["Site", "open_store"]
