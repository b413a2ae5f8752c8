import asyncio

import pytest

from vauban.background.relay import DeadLetter, Relay
from vauban.kernel.operations import Reaction


def heard_by(act, detail_type: str = "KMS CMK Rotation") -> list[Reaction]:
    return [Reaction("events", "aws.kms", detail_type, act)]


@pytest.fixture
def rotated(vauban):
    """A Vauban whose outbox holds two rotations."""
    kms = vauban.client("kms")
    for _ in range(2):
        kms.enable_key_rotation(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], RotationPeriodInDays=90)
    whole = vauban.vauban
    vauban._wait(whole.timers.run(whole.clock.now() + 91 * 86400))
    return vauban


def relay(vauban, reactions: list[Reaction]) -> Relay:
    return Relay(vauban.vauban.store, vauban.vauban.gateway.carry_out, reactions)


def test_events_reach_who_wants_them_in_order_and_are_then_forgotten(rotated):
    heard = []
    hearing = relay(rotated, heard_by(lambda call, event: heard.append((call.account, event))))
    assert asyncio.run(hearing.deliver()) == 2
    assert [account for account, _ in heard] == [rotated.account] * 2
    assert heard[0][1].time <= heard[1][1].time
    assert asyncio.run(hearing.deliver()) == 0


def test_events_that_nobody_wants_are_forgotten(rotated):
    assert asyncio.run(relay(rotated, []).deliver()) == 2
    assert rotated.vauban.store.outbox() == []


def test_a_reaction_that_fails_is_tried_again(rotated, monkeypatch):
    monkeypatch.setattr("vauban.background.relay._FIRST_PAUSE_SECONDS", 0)
    tries = []

    def fail_at_first(call, event):
        tries.append(event.id)
        if len(tries) < 3:
            raise RuntimeError("not yet")

    asyncio.run(relay(rotated, heard_by(fail_at_first)).deliver())
    assert len(tries) == 4
    assert len(set(tries)) == 2


def test_what_always_fails_becomes_a_dead_letter_and_holds_up_nothing(rotated, monkeypatch):
    monkeypatch.setattr("vauban.background.relay._FIRST_PAUSE_SECONDS", 0)

    def fail(call, event):
        raise RuntimeError("as told")

    store = rotated.vauban.store
    assert asyncio.run(relay(rotated, heard_by(fail)).deliver()) == 2
    letters = store.begin().at(rotated.account, "us-east-1").list(DeadLetter)
    assert len(letters) == 2
    assert letters[0].event.detail_type == "KMS CMK Rotation"
    assert "as told" in letters[0].error
