"""Data directories with many keys in them, filled through storage itself: what is measured is the server on top."""

import asyncio
import os
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.calls import ACCOUNT, REGION

from vauban.administration.sealing import Sealing
from vauban.crypto.materials import material_id
from vauban.services.kms.policies import DEFAULT
from vauban.services.kms.resources import Key, Material
from vauban.settings import Settings
from vauban.storage.sqlite import open_store

_AT_ONCE = 2_000
"""Keys kept by one commit."""


def prepare(directory: Path, count: int) -> list[str]:
    """Make a data directory that holds ``count`` symmetric keys; their ids."""
    key_ids = [str(uuid.uuid4()) for _ in range(count)]
    asyncio.run(_fill(directory, key_ids))
    return key_ids


async def _fill(directory: Path, key_ids: list[str]) -> None:
    directory.mkdir(exist_ok=True)
    sealer = Sealing(Settings(data=str(directory)), empty=True).open()
    store = await open_store(directory, sealer)
    for start in range(0, len(key_ids), _AT_ONCE):
        changes = store.begin()
        records = changes.at(ACCOUNT, REGION)
        for key_id in key_ids[start : start + _AT_ONCE]:
            for record in _records(key_id):
                records.put(record)
        await store.commit(changes, [])
    await store.close()


def _records(key_id: str) -> Iterable[Key | Material]:
    secret, now = os.urandom(32), datetime.now(UTC)
    material = Material(material_id(key_id, secret), ACCOUNT, REGION, key_id, 1, now, secret)
    return material, Key(key_id, ACCOUNT, REGION, now, DEFAULT % ACCOUNT, material.material_id)
