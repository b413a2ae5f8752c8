"""Two Vaubans in one process, each holding a Region, with a link whose wire the tests hold."""

import pytest
from botocore.exceptions import ClientError

from vauban.background import links
from vauban.background.links import LinkDoor
from vauban.kernel.regions import Regions
from vauban.kernel.requests import Request
from vauban.settings import Peer
from vauban.testing import InProcess

HOME, AWAY = "us-east-1", "eu-west-1"
REPLICATED = "Multi-Region Key Replicated"


class Wire:
    """Carries what one side posts to the other, while it is not cut; and remembers it."""

    def __init__(self, receiver):
        self.receiver = receiver
        self.cut = False
        self.lose_answers = False
        self.sent = []

    def __call__(self, body):
        if self.cut:
            raise OSError("cut")
        self.sent.append(body)
        answer = post(self.receiver, body)
        if self.lose_answers or answer.status != 200:
            raise OSError(f"answered {answer.status}")
        return answer.body


def post(side, body):
    return side.request(Request("POST", links.PATH, body=body))


@pytest.fixture
def sides(tmp_path, monkeypatch):
    """Home and away, and the wires from each to the other."""
    monkeypatch.setattr("vauban.background.links._FIRST_PAUSE_SECONDS", 0)
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 32)
    secret.chmod(0o600)
    home, away = (
        InProcess(regions=(mine,), peer=(Peer(other, "http://peer.invalid"),), link_secret_file=str(secret))
        for mine, other in ((HOME, AWAY), (AWAY, HOME))
    )
    wires = Wire(away), Wire(home)
    for side, wire in zip((home, away), wires, strict=True):
        monkeypatch.setattr(side.vauban.links[0], "_post", wire)
    yield home, away, *wires
    home.close()
    away.close()


def push(*sides):
    """Until none has anything more to say."""
    for _ in range(4):
        for side in sides:
            side._wait(side.vauban.links[0].push())
            side._wait(side.vauban.relay.deliver())


def replicated(home):
    kms = home.client("kms")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion=AWAY)
    return key


def told(side, detail_type):
    return [event for event in side.events if event.detail_type == detail_type]


def test_a_key_is_replicated_over_a_link(sides):
    home, away, _, _ = sides
    key = replicated(home)
    assert away.client("kms", region=AWAY).list_keys()["Keys"] == []
    push(home, away)
    blob = home.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert away.client("kms", region=AWAY).decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert home.vauban.store.outbox() == away.vauban.store.outbox() == []


def test_what_cannot_be_sent_waits_and_nothing_else_does(sides):
    home, away, wire, _ = sides
    wire.cut = True
    key = replicated(home)
    push(home, away)
    home.client("kms").rotate_key_on_demand(KeyId=key)
    assert len(told(home, "KMS CMK Rotation")) == 1
    waiting = [event.detail_type for _, event in home.vauban.store.outbox()]
    assert waiting == [REPLICATED, "Multi-Region Key Synchronized"]
    wire.cut = False
    push(home, away)
    assert len(away.client("kms", region=AWAY).list_key_rotations(KeyId=key)["Rotations"]) == 1


def test_both_sides_talk_and_a_primary_key_moves_and_settles(sides):
    home, away, _, _ = sides
    key = replicated(home)
    push(home, away)
    kms = home.client("kms")
    kms.update_primary_region(KeyId=key, PrimaryRegion=AWAY)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Updating"
    kms.encrypt(KeyId=key, Plaintext=b"x")
    with pytest.raises(kms.exceptions.KMSInvalidStateException, match="updating"):
        kms.disable_key(KeyId=key)
    push(home, away)
    for side, region in ((home, HOME), (away, AWAY)):
        metadata = side.client("kms", region=region).describe_key(KeyId=key)["KeyMetadata"]
        assert metadata["KeyState"] == "Enabled"
        assert metadata["MultiRegionConfiguration"]["PrimaryKey"]["Region"] == AWAY


def test_an_event_whose_acknowledgement_was_lost_is_taken_in_once(sides):
    home, away, wire, _ = sides
    wire.lose_answers = True
    replicated(home)
    push(home, away)
    assert len(wire.sent) > 1
    wire.lose_answers = False
    push(home, away)
    assert len(told(away, REPLICATED)) == 1
    assert home.vauban.store.outbox() == []


def test_what_somebody_recorded_is_not_taken_in_again(sides):
    home, away, wire, _ = sides
    replicated(home)
    push(home, away)
    assert post(away, wire.sent[0]).status == 200
    assert len(told(away, REPLICATED)) == 1


def test_nothing_of_a_secret_goes_over_the_wire_in_the_clear(sides):
    home, away, wire, _ = sides
    key = replicated(home)
    push(home, away)
    (event,) = told(away, REPLICATED)
    (material,) = event.secrets.values()
    assert len(material) == 32
    assert not any(material in body or key.encode() in body for body in wire.sent)


def test_who_does_not_know_the_secret_is_refused_and_so_is_a_message_sent_back(sides):
    home, away, wire, _ = sides
    replicated(home)
    push(home, away)
    for body in (b"", b"x" * 100, wire.sent[0][:-1], bytes(len(wire.sent[0]))):
        assert post(away, body).status == 403
    assert post(home, wire.sent[0]).status == 403


def test_events_for_a_region_that_is_not_held_are_refused(sides):
    home, away, _, _ = sides
    elsewhere = away.vauban
    elsewhere._link_door = LinkDoor(elsewhere.store, elsewhere._link_cipher, Regions(frozenset({"sa-east-1"})))
    replicated(home)
    push(home, away)
    assert len(home.vauban.store.outbox()) == 1


def test_many_events_go_in_several_batches_in_order(sides, monkeypatch):
    monkeypatch.setattr("vauban.background.links._BATCH_BYTES", 1000)
    home, away, wire, _ = sides
    wire.cut = True
    key = replicated(home)
    for _ in range(5):
        home.client("kms").rotate_key_on_demand(KeyId=key)
    wire.cut = False
    push(home, away)
    assert len(wire.sent) > 2
    assert len(away.client("kms", region=AWAY).list_key_rotations(KeyId=key)["Rotations"]) == 5


def test_without_a_link_there_is_no_door_for_one(vauban):
    assert post(vauban, b"x").status == 404


def test_a_request_for_a_region_that_another_holds_is_told_who(sides):
    home, *_ = sides
    for region, words in ((AWAY, "held by the server at http://peer.invalid"), ("sa-east-1", "held neither")):
        with pytest.raises(ClientError, match=words) as error:
            home.client("kms", region=region).list_keys()
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 421


def test_services_of_no_region_are_everywhere(sides):
    _, away, _, _ = sides
    assert away.client("iam", region=HOME).list_users()["Users"] == []
    assert away.client("sts", region=HOME).get_caller_identity()["Account"] == away.account


def test_what_would_be_for_a_region_that_nobody_holds_is_refused(sides):
    home, *_ = sides
    kms = home.client("kms")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="held neither"):
        kms.replicate_key(KeyId=key, ReplicaRegion="sa-east-1")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["ReplicaKeys"] == []
