from uuid import uuid4

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from vauban.rotators.redis import acl

from .conftest import PASSWORD, a_secret


@pytest.fixture
def app(redis):
    """The value of a new user of Redis, who may read and write some keys."""
    name = f"app_{uuid4().hex[:8]}"
    as_admin(redis, "ACL SETUSER", name, "on", f">{PASSWORD}", f"~{name}:*", "+get", "+set")
    return {**redis.at, "username": name, "password": PASSWORD}


def connect(value):
    return Redis(value["host"], value["port"], username=value["username"], password=value["password"])


def as_admin(redis, *command):
    with connect(redis.admin) as client:
        return client.execute_command(*command)


def writes(value):
    """Whether this value logs in and writes the application's key."""
    try:
        with connect(value) as client:
            return client.set(f"{value['username']}:key", 1)
    except AuthenticationError:
        return False


def test_the_password_changes_and_the_one_before_works_until_the_next(rotating, app, redis, vauban):
    secret = rotating(acl, {**app, "masterarn": a_secret(vauban, redis.admin)})
    first = secret.rotate()
    assert first["password"] != PASSWORD
    assert writes(first)
    assert writes(app)
    second = secret.rotate()
    assert writes(second)
    assert writes(first)
    assert not writes(app)


def test_a_user_may_change_its_own_password_where_its_rules_let_it(rotating, app, redis):
    as_admin(redis, "ACL SETUSER", app["username"], "+acl|setuser", "+acl|save")
    assert writes(rotating(acl, app).rotate())


def test_a_user_who_may_not_leaves_the_secret_as_it_is(rotating, app):
    secret = rotating(acl, app)
    with pytest.raises(NoPermissionError):
        secret.rotate()
    assert secret.value() == app
    assert writes(app)


def test_the_new_password_outlives_a_restart(rotating, app, redis, vauban):
    value = rotating(acl, {**app, "masterarn": a_secret(vauban, redis.admin)}).rotate()
    redis.stop()
    redis.start()
    assert writes(value)


def test_what_the_user_may_stays_as_it_is(rotating, app, redis, vauban):
    before = as_admin(redis, "ACL GETUSER", app["username"])
    rotating(acl, {**app, "masterarn": a_secret(vauban, redis.admin)}).rotate()
    after = as_admin(redis, "ACL GETUSER", app["username"])
    assert {**after, "passwords": None} == {**before, "passwords": None}
    assert len(after["passwords"]) == 2
