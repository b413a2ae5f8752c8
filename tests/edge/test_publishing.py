import asyncio
from typing import Any

import pytest

from vauban.crypto.sealers import AccountSealer
from vauban.edge import issues
from vauban.edge.issues import Issue
from vauban.edge.publishing import Publisher
from vauban.kernel.records import KINDS, record
from vauban.kernel.traffic import Certificate, Every, Snapshot
from vauban.storage.memory import MemoryStore


@pytest.fixture
def kind() -> Any:
    @record("edge-test:Thing", id="name")
    class Thing:
        account: str
        region: str
        name: str

    yield Thing
    del KINDS["edge-test:Thing"]


def test_what_changes_is_published_and_nothing_else_is(kind: Any):
    async def story() -> None:
        store = MemoryStore(AccountSealer.ephemeral())
        issued: list[Issue] = []

        async def deliver(issue: Issue, encoded: bytes) -> None:
            assert issues.decode(encoded) == issue
            issued.append(issue)

        def part(every: Every) -> Snapshot:
            return Snapshot(certificates=tuple(Certificate(each.name, b"", b"") for each in every(kind)))

        publisher = Publisher(store, deliver, b"k", shapes=[((kind,), part)])
        assert not await publisher.publish()
        for account, region, name in (("1" * 12, "us-east-1", "a"), ("2" * 12, "eu-west-1", "b")):
            changes = store.begin()
            changes.at(account, region).put(kind(account, region, name))
            await store.commit(changes, [])
            assert await publisher.publish()
            assert not await publisher.publish()
        assert [each.arn for each in issued[-1].snapshot.certificates] == ["a", "b"]
        changes = store.begin()
        for account, region, name in (("1" * 12, "us-east-1", "a"), ("2" * 12, "eu-west-1", "b")):
            changes.at(account, region).delete(kind(account, region, name))
        await store.commit(changes, [])
        assert await publisher.publish()
        assert issued[-1].snapshot == Snapshot()
        assert {each.key for each in issued} == {b"k"}

    asyncio.run(story())


def test_the_last_snapshot_is_kept_sealed(tmp_path: Any):
    sealer = AccountSealer.ephemeral()
    issue = Issue(b"k", Snapshot(certificates=(Certificate("arn", b"chain", b"the private key"),)))
    path = tmp_path / issues.NAME
    assert issues.read(path, sealer) is None
    issues.write(path, issues.encode(issue), sealer)
    assert issues.read(path, sealer) == issue
    assert b"private key" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert issues.read(path, AccountSealer.ephemeral()) is None
