"""Data directories with many records in them, filled through storage itself: what is measured is the server on top."""

import asyncio
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.calls import ACCOUNT, REGION

from vauban.administration.sealing import Sealing
from vauban.crypto.materials import material_id
from vauban.services.kms.policies import DEFAULT
from vauban.services.kms.resources import Key, Material
from vauban.services.ssm.resources import ADVANCED, Parameter
from vauban.settings import Settings
from vauban.storage.sqlite import open_store

_AT_ONCE = 2_000
"""Groups kept by one commit."""


def prepare(directory: Path, count: int) -> list[str]:
    """Make a data directory that holds ``count`` symmetric keys; their ids."""
    key_ids = [str(uuid.uuid4()) for _ in range(count)]
    asyncio.run(_fill(directory, [_key(key_id) for key_id in key_ids]))
    return key_ids


def prepare_parameters(directory: Path, count: int) -> list[str]:
    """Make a data directory that holds ``count`` advanced parameters, ten to a path; their names."""
    names = [f"/bench/app{number // 10:05}/p{number % 10}" for number in range(count)]
    asyncio.run(_fill(directory, [(_parameter(name),) for name in names]))
    return names


async def _fill(directory: Path, groups: list[tuple[Any, ...]]) -> None:
    """Keep the records, those of a group together."""
    directory.mkdir(exist_ok=True)
    sealer = Sealing(Settings(data=str(directory)), empty=True).open()
    store = await open_store(directory, sealer)
    for start in range(0, len(groups), _AT_ONCE):
        changes = store.begin()
        records = changes.at(ACCOUNT, REGION)
        for group in groups[start : start + _AT_ONCE]:
            for record in group:
                records.put(record)
        await store.commit(changes, [])
    await store.close()


def _key(key_id: str) -> tuple[Material, Key]:
    secret, now = os.urandom(32), datetime.now(UTC)
    material = Material(material_id(key_id, secret), ACCOUNT, REGION, key_id, 1, now, secret)
    return material, Key(key_id, ACCOUNT, REGION, now, DEFAULT % ACCOUNT, material.material_id)


def _parameter(name: str) -> Parameter:
    who, now = f"arn:aws:iam::{ACCOUNT}:root", datetime.now(UTC)
    return Parameter(name, ACCOUNT, REGION, 1, "String", now, who, b"a value of some length", ADVANCED)
