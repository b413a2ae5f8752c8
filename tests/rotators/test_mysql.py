from uuid import uuid4

import pymysql
import pytest
from pymysql.constants.ER import ACCESS_DENIED_ERROR

from vauban.rotators.mysql import alternating_users, single_user

from .conftest import PASSWORD, a_secret


@pytest.fixture
def app(mariadb):
    """The value of a new user of the database, who may read one database's tables and grant that to others."""
    name = f"app_{uuid4().hex[:8]}"
    as_admin(
        mariadb,
        f"CREATE DATABASE {name}",
        f"CREATE TABLE {name}.numbers (n INT)",
        f"INSERT INTO {name}.numbers VALUES (7)",
        f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'",
        f"GRANT SELECT ON {name}.* TO '{name}'@'%' WITH GRANT OPTION",
    )
    return {**mariadb.at, "dbname": name, "username": name, "password": PASSWORD}


def connect(value, **more):
    return pymysql.connect(
        user=value["username"],
        password=value["password"],
        host=value["host"],
        port=value["port"],
        database=value.get("dbname"),
        **more,
    )


def as_admin(mariadb, *statements):
    """What the last of the statements tells."""
    with connect(mariadb.admin, autocommit=True) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def reads(value, **more):
    """Whether this value logs in and reads the application's table."""
    try:
        with connect(value, **more) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT n FROM numbers")
            return cursor.fetchall() == ((7,),)
    except pymysql.err.OperationalError as error:
        if error.args[0] != ACCESS_DENIED_ERROR:
            raise
        return False


def test_the_password_changes_and_the_old_one_stops_working(rotating, app):
    secret = rotating(single_user, app)
    value = secret.rotate()
    assert value == {**app, "password": value["password"]}
    assert reads(value)
    assert not reads(app)
    assert reads(secret.rotate())
    assert not reads(value)


def test_two_users_alternate_and_the_one_before_goes_on_working(rotating, app, mariadb, vauban):
    secret = rotating(alternating_users, {**app, "masterarn": a_secret(vauban, mariadb.admin)})
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
    assert not reads(first)


def test_the_other_user_may_do_what_the_user_may(rotating, app, mariadb, vauban):
    first = rotating(alternating_users, {**app, "masterarn": a_secret(vauban, mariadb.admin)}).rotate()
    granted = [grant for (grant,) in as_admin(mariadb, f"SHOW GRANTS FOR '{first['username']}'@'%'")]
    assert f"GRANT SELECT ON `{app['username']}`.* TO `{first['username']}`@`%` WITH GRANT OPTION" in granted


def test_names_and_passwords_of_any_characters_are_only_names_and_passwords(
    rotating, app, mariadb, vauban, monkeypatch
):
    monkeypatch.setenv("EXCLUDE_CHARACTERS", "")
    name = "a'`%s\"; DROP USER x;--"
    with connect(mariadb.admin, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", (name, PASSWORD))
        cursor.execute(f"GRANT SELECT ON {app['username']}.* TO %s@'%%'", (name,))
    secret = rotating(alternating_users, {**app, "username": name, "masterarn": a_secret(vauban, mariadb.admin)})
    for user in (f"{name}_clone", name):
        value = secret.rotate()
        assert value["username"] == user
        assert reads(value)


def test_the_other_user_needs_tls_where_the_user_does(rotating, app, mariadb, vauban, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(mariadb.ca))
    as_admin(mariadb, f"ALTER USER '{app['username']}'@'%' REQUIRE SSL")
    value = {**app, "ssl": True, "masterarn": a_secret(vauban, mariadb.admin)}
    first = rotating(alternating_users, value).rotate()
    assert reads(first, ssl={"ca": str(mariadb.ca)})
    assert not reads(first, ssl_disabled=True)


def test_a_name_too_long_for_its_clone_is_refused(rotating, app, mariadb, vauban):
    name = f"{app['username']}{'x' * 20}"
    as_admin(mariadb, f"CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}'")
    value = {**app, "username": name, "masterarn": a_secret(vauban, mariadb.admin)}
    with pytest.raises(ValueError, match="would exceed 32 characters"):
        rotating(alternating_users, value).rotate()


def test_where_the_secret_says_tls_the_certificate_must_be_trusted(rotating, app):
    with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
        rotating(single_user, {**app, "ssl": True}).rotate()


def test_a_user_locked_out_leaves_the_secret_as_it_is(rotating, app):
    secret = rotating(single_user, {**app, "password": "another"})
    with pytest.raises(ValueError, match="Unable to log into database with previous, current, or pending secret"):
        secret.rotate()
    assert secret.value()["password"] == "another"
