"""Kinds that a later release indexes otherwise."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vauban.kernel.records import KINDS, record, secret
from vauban.storage.sqlite import Site, open_store

from ..conftest import Driver
from ..samples import ACCOUNT, REGION, TestSealer, moment


def jar(**options: Any) -> type:
    """The kind of record, as a release declares it."""

    class Jar:
        account: str
        region: str
        name: str
        color: str
        content: bytes = secret()
        until: datetime | None = None

    return record("test:Jar", id="name", **options)(Jar)


@pytest.fixture(autouse=True)
def forgotten_kind() -> Iterator[None]:
    yield
    del KINDS["test:Jar"]


def test_records_of_an_older_release_are_found_by_new_indexes(tmp_path: Path, loops: asyncio.Runner):
    def opened() -> Driver:
        return Driver(loops, lambda: open_store(tmp_path, TestSealer()))

    older = jar(indexes={"name": "name"})
    driver = opened()
    driver.put(older(ACCOUNT, REGION, "a", "red", b"x", moment(7)), older(ACCOUNT, REGION, "b", "blue", b"y"))
    driver.run(driver.store.close())
    newer = jar(indexes={"color": "color"}, due="until")
    driver = opened()
    here = driver.here()
    assert [each.name for each in here.list(newer, index="color", value="red")] == ["a"]
    assert here.get(newer, "b").content == b"y"
    assert driver.store.due(10) == (7.0, ("test:Jar", ACCOUNT, REGION, "a"))
    driver.delete(here.get(newer, "a"))
    assert driver.store.due(10) is None
    assert driver.here().count(newer, index="color", value="red") == 0
    driver.run(driver.store.close())


def test_kinds_are_asked_once_a_release(tmp_path: Path):
    asked = []

    def kinds() -> list:
        asked.append(jar().__record_kind__)
        return asked

    for release in ("1", "1", "2", "2", ""):
        Site(tmp_path, kinds, release).close()
    assert len(asked) == 3


def test_what_is_counted_only_now_is_counted_from_what_is_there(tmp_path: Path, loops: asyncio.Runner):
    def opened() -> Driver:
        return Driver(loops, lambda: open_store(tmp_path, TestSealer()))

    older = jar(indexes={"color": "color"})
    driver = opened()
    driver.put(*(older(ACCOUNT, REGION, str(number), "red", b"x") for number in range(70)))
    driver.run(driver.store.close())
    newer = jar(indexes={"color": "color"}, counted=("color",))
    driver = opened()
    assert driver.here().count(newer, index="color", value="red") == 70
    driver.put(newer(ACCOUNT, REGION, "more", "red", b"x"))
    assert driver.here().count(newer, index="color", value="red") == 71
    driver.run(driver.store.close())
