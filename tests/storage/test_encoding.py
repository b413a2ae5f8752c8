"""Records as bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.kernel.records import KINDS, kind_of, record, secret
from vauban.storage.encoding import Codec, DamagedRecord

from .samples import ACCOUNT, REGION, Color, Safe, TestSealer, Widget

text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1))
widgets = st.builds(
    Widget,
    account=text,
    region=text,
    name=text,
    owner=st.none() | text,
    labels=st.lists(text).map(tuple),
    color=st.sampled_from(Color),
    due_at=st.none() | moments,
    size=st.integers(-(2**63), 2**63 - 1),
    notes=st.dictionaries(text, text),
)
safes = st.builds(
    Safe, account=text, region=text, number=text, content=st.binary(), spare=st.none() | st.binary(max_size=10)
)


@pytest.fixture
def codec(sealer: TestSealer) -> Codec:
    return Codec(sealer)


@contextmanager
def declared(name: str, cls: type, **options: Any) -> Iterator[type]:
    """A kind of record that is known only meanwhile."""
    before = KINDS.pop(name, None)
    try:
        yield record(name, **options)(cls)
    finally:
        KINDS.pop(name, None)
        if before is not None:
            KINDS[name] = before


def encode(codec: Codec, kept: Any) -> bytes:
    return codec.encode(kind_of(kept), kind_of(kept).identity(kept), kept)


def decode(codec: Codec, like: Any, body: bytes) -> Any:
    return codec.decode(kind_of(like).identity(like), body)


@given(widgets | safes)
def test_a_record_comes_back_as_it_was(kept: Any):
    codec = Codec(TestSealer())
    assert decode(codec, kept, encode(codec, kept)) == kept


@given(safes, st.binary(min_size=24, max_size=40))
def test_no_secret_is_among_the_bytes(safe: Safe, content: bytes):
    kept = Safe(safe.account, safe.region, safe.number, content)
    assert content not in encode(Codec(TestSealer()), kept)


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_damaged_record(body: bytes):
    codec = Codec(TestSealer())
    for like in (Widget(ACCOUNT, REGION, "a"), Safe(ACCOUNT, REGION, "1", b"")):
        try:
            decode(codec, like, body)
        except DamagedRecord:
            continue


def test_a_secret_opens_only_where_it_was_sealed(codec: Codec):
    safe = Safe(ACCOUNT, REGION, "1", b"gold")
    body = encode(codec, safe)
    for elsewhere in (Safe(ACCOUNT, REGION, "2", b""), Safe(ACCOUNT, "us-east-1", "1", b"")):
        with pytest.raises(DamagedRecord):
            decode(codec, elsewhere, body)


def test_a_secret_does_not_open_as_another_field(codec: Codec):
    safe = Safe(ACCOUNT, REGION, "1", b"gold", b"silver")
    values = msgspec.msgpack.decode(encode(codec, safe))
    values["content"], values["spare"] = values["spare"], values["content"]
    with pytest.raises(DamagedRecord):
        decode(codec, safe, msgspec.msgpack.encode(values))


def test_a_secret_does_not_open_for_another_account(codec: Codec):
    safe = Safe(ACCOUNT, REGION, "1", b"gold")
    values = msgspec.msgpack.decode(encode(codec, safe))
    values["account"] = "444455556666"
    with pytest.raises(DamagedRecord):
        decode(codec, safe, msgspec.msgpack.encode(values))


def test_an_error_tells_where_but_not_what(codec: Codec):
    safe = Safe(ACCOUNT, REGION, "1", b"gold")
    with pytest.raises(DamagedRecord, match=f"test:Safe//{REGION}/1") as caught:
        decode(codec, safe, b"gold and more")
    assert "gold" not in str(caught.value)


def test_a_field_that_is_new_takes_its_default_and_one_that_is_gone_is_passed_over(codec: Codec):
    class Older:
        account: str
        name: str
        gone: int = 7

    class Newer:
        account: str
        name: str
        color: Color = Color.BLUE
        tags: dict[str, str] = field(default_factory=dict)

    with declared("test:Evolving", Older, id="name") as older:
        object.__setattr__(kept := older(ACCOUNT, "a"), "region", REGION)
        body = encode(codec, kept)
    with declared("test:Evolving", Newer, id="name"):
        read = Codec(TestSealer()).decode(("test:Evolving", ACCOUNT, REGION, "a"), body)
    assert (read.name, read.color, read.tags) == ("a", Color.BLUE, {})


def test_a_record_upgrades_what_an_older_release_wrote(codec: Codec):
    class Older:
        account: str
        region: str
        name: str
        minutes: int
        key: bytes = secret()

    class Newer:
        account: str
        region: str
        name: str
        seconds: int
        material: bytes = secret()

        @staticmethod
        def upgraded(fields: dict[str, Any]) -> dict[str, Any]:
            if "minutes" in fields:
                fields["seconds"] = fields.pop("minutes") * 60
                fields["material"] = fields.pop("key")
            return fields

    with declared("test:Evolving", Older, id="name") as older:
        body = encode(codec, older(ACCOUNT, REGION, "a", 2, b"k"))
    with declared("test:Evolving", Newer, id="name") as newer:
        fresh = Codec(TestSealer())
        read = fresh.decode(("test:Evolving", ACCOUNT, REGION, "a"), body)
        assert read == newer(ACCOUNT, REGION, "a", 120, b"k")
        assert decode(fresh, read, encode(fresh, read)) == read


def test_a_field_that_becomes_secret_is_still_read_and_sealed_from_then_on(codec: Codec):
    class Older:
        account: str
        region: str
        name: str
        value: bytes

    class Newer:
        account: str
        region: str
        name: str
        value: bytes = secret()

    with declared("test:Evolving", Older, id="name") as older:
        body = encode(codec, older(ACCOUNT, REGION, "a", b"plain text"))
        assert b"plain text" in body
    with declared("test:Evolving", Newer, id="name"):
        fresh = Codec(TestSealer())
        read = fresh.decode(("test:Evolving", ACCOUNT, REGION, "a"), body)
        assert read.value == b"plain text"
        assert b"plain text" not in encode(fresh, read)


@dataclass(frozen=True)
class Drawer:
    content: bytes = secret()


def test_secrets_that_would_not_be_sealed_are_refused(codec: Codec):
    class Nested:
        account: str
        region: str
        name: str
        drawers: tuple[Drawer, ...] = ()

    class Text:
        account: str
        region: str
        name: str
        value: str = secret()

    class Indexed:
        account: str
        region: str
        name: str
        value: bytes = secret()

    class Homeless:
        name: str
        value: bytes = secret()

    for cls, problem, options in (
        (Nested, "would not be sealed", {}),
        (Text, "must be bytes", {}),
        (Indexed, "cannot be an id", {"indexes": {"value": "value"}}),
        (Homeless, "needs an account", {}),
    ):
        with declared("test:Careless", cls, id="name", **options) as careless, pytest.raises(TypeError, match=problem):
            codec.encode(kind_of(careless), ("test:Careless", ACCOUNT, REGION, "a"), None)
