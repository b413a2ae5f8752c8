"""The operator's questions about the trail."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from vauban.administration.doors import Refused
from vauban.administration.operations import Administration
from vauban.testing import InProcess


@pytest.fixture
def ask(vauban: InProcess):
    """The names of the events that `vauban trail` would show."""
    administration = Administration(vauban.vauban, "http://vauban.test", {})

    def ask(**given: Any) -> list[str]:
        return [record["eventName"] for record in asyncio.run(administration.trail(given))["records"]]

    return ask


def test_the_trail_is_told_by_operation_user_denial_and_age(vauban, ask):
    vauban.user("alice")
    kms = vauban.client("kms")
    kms.create_key()
    with pytest.raises(ClientError):
        vauban.client("kms", user="alice").list_keys()
    vauban.advance(hours=2)
    kms.list_aliases()
    assert ask(last=2) == ["ListKeys", "ListAliases"]
    assert ask(event_name="CreateKey") == ["CreateKey"]
    assert ask(user="alice") == ask(user="arn:aws:iam::111122223333:user/alice") == ask(denied=True) == ["ListKeys"]
    assert ask(user="root", since_seconds=3600) == ["ListAliases"]
    assert ask(user="root", denied=True) == []


def test_what_cannot_be_is_refused(ask):
    for given in ({"last": 0}, {"last": "many"}, {"since_seconds": "long"}):
        with pytest.raises(Refused):
            ask(**given)
