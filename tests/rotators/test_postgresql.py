import json
import ssl
from uuid import uuid4

import pg8000.native
import pytest
from pg8000.exceptions import DatabaseError
from pg8000.native import identifier

from vauban.rotators.postgresql import alternating_users, single_user

from ..databases import connected
from .conftest import PASSWORD, a_secret


@pytest.fixture
def app(postgresql):
    """The value of a new user of the database, who may read one table."""
    name = f"app_{uuid4().hex[:8]}"
    with connected(postgresql.admin) as admin:
        admin.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        admin.run(f"CREATE TABLE of_{name} (n int)")
        admin.run(f"INSERT INTO of_{name} VALUES (7)")
        admin.run(f"GRANT SELECT ON of_{name} TO {name}")
    return {**postgresql.at, "dbname": "postgres", "username": name, "password": PASSWORD}


def reads(value):
    """Whether this value logs in and reads the application's table."""
    try:
        with connected(value) as connection:
            table = f"of_{value['username'].removesuffix('_clone')}"
            return connection.run(f"SELECT n FROM {table}") == [[7]]
    except DatabaseError as error:
        if error.args[0]["C"] != "28P01":
            raise
        return False


def test_the_password_changes_and_the_old_one_stops_working(rotating, app):
    secret = rotating(single_user, app)
    value = secret.rotate()
    assert secret.steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]
    assert value == {**app, "password": value["password"]}
    assert len(value["password"]) == 32
    assert reads(value)
    assert not reads(app)
    assert reads(secret.rotate())
    assert not reads(value)


def test_two_users_alternate_and_the_one_before_goes_on_working(rotating, app, postgresql, vauban):
    arn = a_secret(vauban, postgresql.admin)
    secret = rotating(alternating_users, {**app, "masterarn": arn})
    first = secret.rotate()
    assert first["username"] == f"{app['username']}_clone"
    assert reads(first)
    assert reads(app)
    second = secret.rotate()
    assert second["username"] == app["username"]
    assert reads(second)
    assert reads(first)
    assert not reads(app)
    third = secret.rotate()
    assert reads(third)
    assert reads(second)
    assert not reads(first)


def test_names_and_passwords_of_any_characters_are_only_names_and_passwords(
    rotating, app, postgresql, vauban, monkeypatch
):
    monkeypatch.setenv("EXCLUDE_CHARACTERS", "")
    name = f"""it's "{uuid4().hex[:8]}"; DROP ROLE {app["username"]}; --%s"""
    with connected(postgresql.admin) as admin:
        admin.run(f"CREATE ROLE {identifier(name)} LOGIN PASSWORD '{PASSWORD}'")
    secret = rotating(alternating_users, {**app, "username": name, "masterarn": a_secret(vauban, postgresql.admin)})
    for user in (f"{name}_clone", name):
        with connected(secret.rotate()) as connection:
            assert connection.run("SELECT current_user") == [[user]]
    assert reads(app)


@pytest.mark.parametrize("value", [[], "text", {"engine": "postgres", "host": ["a"], "username": {}, "password": 1}])
def test_a_value_that_is_no_way_to_log_in_fails_in_the_first_step_and_stays(rotating, value):
    secret = rotating(single_user, value)
    secret.begin()
    assert set(secret.steps) == {"createSecret"}
    assert secret.value() == value


def test_the_password_is_in_no_log_of_the_database(rotating, app, postgresql):
    value = rotating(single_user, app).rotate()
    log = (postgresql.place / "log").read_text()
    assert "PASSWORD 'SCRAM-SHA-256$4096:" in log
    assert value["password"] not in log


def test_a_user_locked_out_leaves_the_secret_as_it_is(rotating, app):
    secret = rotating(single_user, {**app, "password": "another"})
    with pytest.raises(ValueError, match="Unable to log into database with previous, current, or pending secret"):
        secret.rotate()
    assert secret.value()["password"] == "another"
    assert secret.steps == ["createSecret", "setSecret"]


def test_a_database_that_is_away_leaves_the_secret_as_it_is(rotating, app):
    secret = rotating(single_user, {**app, "port": 1})
    with pytest.raises(pg8000.exceptions.InterfaceError):
        secret.rotate()
    assert secret.value()["password"] == PASSWORD


def test_a_secret_of_another_engine_is_refused(rotating, app):
    with pytest.raises(ValueError, match="Database engine must be set to one of postgres"):
        rotating(single_user, {**app, "engine": "mysql"}).rotate()


@pytest.mark.parametrize("key", ["host", "username", "password"])
def test_what_says_not_how_to_log_in_is_refused(rotating, app, key):
    with pytest.raises(KeyError, match=f"{key} key is missing from secret JSON"):
        rotating(single_user, {name: value for name, value in app.items() if name != key}).rotate()


def test_alternating_users_need_an_administrator(rotating, app):
    with pytest.raises(KeyError, match="masterarn key is missing"):
        rotating(alternating_users, app).rotate()


def test_an_administrator_of_another_host_is_refused(rotating, app, postgresql, vauban):
    arn = a_secret(vauban, {**postgresql.admin, "host": "127.0.0.1"})
    with pytest.raises(ValueError, match="The host of the pending value"):
        rotating(alternating_users, {**app, "masterarn": arn}).rotate()


def test_where_the_secret_says_tls_the_certificate_must_be_trusted(rotating, app):
    with pytest.raises(ssl.SSLCertVerificationError):
        rotating(single_user, {**app, "ssl": True}).rotate()


def test_where_the_secret_says_tls_the_password_changes_over_it(rotating, app, postgresql, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(postgresql.ca))
    assert reads(rotating(single_user, {**app, "ssl": True}).rotate())


def test_a_password_given_up_halfway_is_mended_by_the_one_before(rotating, app):
    secret = rotating(single_user, app)
    before = secret.rotate()
    wrong = json.dumps({**before, "password": "wrong"})
    secret.client.put_secret_value(SecretId="db", SecretString=wrong)
    assert secret.value("AWSPREVIOUS") == before
    assert reads(secret.rotate())
