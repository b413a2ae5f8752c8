"""A store that lasts as long as its process: ``--data memory``, and tests."""

from vauban.storage.memory.stores import MemoryStore

__all__ = ["MemoryStore"]
