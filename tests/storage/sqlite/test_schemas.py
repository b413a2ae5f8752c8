"""Migrations."""

import sqlite3

import pytest

from vauban.kernel.errors import StorageUnavailable
from vauban.storage.sqlite import schemas


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def test_migrations_are_numbered_without_gaps():
    assert list(schemas.migrations()) == list(range(1, len(schemas.migrations()) + 1))


def test_a_new_database_gets_all_and_an_old_one_what_it_lacks(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    schemas.migrate(connection)
    assert schemas.schema_version(connection) == max(schemas.migrations())
    more = {**schemas.migrations(), 90: "CREATE TABLE later (a TEXT) STRICT"}
    monkeypatch.setattr(schemas, "migrations", lambda: more)
    schemas.migrate(connection)
    schemas.migrate(connection)
    assert schemas.schema_version(connection) == 90
    assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_a_migration_that_fails_changes_nothing(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch):
    schemas.migrate(connection)
    before = schemas.schema_version(connection)
    broken = {**schemas.migrations(), 90: "CREATE TABLE later (a TEXT) STRICT; SELECT nonsense"}
    monkeypatch.setattr(schemas, "migrations", lambda: broken)
    with pytest.raises(sqlite3.Error):
        schemas.migrate(connection)
    assert schemas.schema_version(connection) == before
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'later'").fetchone() == (0,)


def test_a_newer_schema_is_refused(connection: sqlite3.Connection):
    connection.execute("PRAGMA user_version = 91")
    with pytest.raises(StorageUnavailable, match="newer release"):
        schemas.migrate(connection)
