"""What services send each other across regions and accounts, and what they ask for when it arrives.

Two toy services: ``ssm`` sends, and a reaction of its own receives in the other place.
"""

import asyncio
import json
import sys
import time

import msgspec
import pytest

from vauban.background.relay import DeadLetter, Relay
from vauban.discovery import Services
from vauban.gateway import Gateway
from vauban.kernel.calls import ServiceCall
from vauban.kernel.events import DomainEvent
from vauban.kernel.operations import Reaction, Service, ServiceEvent, operation
from vauban.kernel.principals import Principal
from vauban.testing import InProcess

OTHER = "444455556666"
HEARD = []


@operation("PutParameter")
def put_parameter(call, name, value):
    call.send("Parameter Copied", name, region="eu-west-1", secrets={"value": value.encode()}, name=name)
    return {"Version": 1}


@operation("DeleteParameter")
def delete_parameter(call, name):
    call.send("Parameter Given", name, account=OTHER)
    return {}


def hear(call, event):
    HEARD.append((call.account, call.region, event.secrets, event.detail))


def put_down(call, event):
    """Encrypts what it is given, in the place it arrived in, for the one who sent it."""
    asker = call.on_behalf_of(event.cause)
    asker.ask("kms:Encrypt", KeyId="alias/copies", Plaintext=event.secrets["value"])
    return ServiceEvent("CopyParameter", details={"name": event.detail["name"]})


def put_down_as_itself(call, event):
    call.ask("kms:Encrypt", KeyId="alias/copies", Plaintext=event.secrets["value"])


def make_a_key(call, event):
    call.on_behalf_of(event.cause).ask("kms:CreateKey", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    call.emit("Key Made")


@pytest.fixture
def house(monkeypatch):
    """A Vauban of two accounts whose parameters are sent, to reactions that a test chooses."""
    monkeypatch.setattr("vauban.background.relay._FIRST_PAUSE_SECONDS", 0)
    HEARD.clear()
    running = InProcess(accounts=("111122223333", OTHER))
    whole = running.vauban
    services = {**Services(), "ssm": Service("ssm", sys.modules[__name__])}
    whole.gateway = Gateway(services, whole.store, whole.clock.now, time.time, arrival=whole._arrival)
    yield running
    running.close()


def react(house, **acts):
    whole = house.vauban
    names = {"copied": "Parameter Copied", "given": "Parameter Given"}
    reactions = [Reaction("ssm", "aws.ssm", names[kind], act) for kind, act in acts.items()]
    whole.relay = Relay(whole.store, whole.gateway.carry_out, reactions)


def send(house, user=None):
    house.client("ssm", user=user).put_parameter(Name="/a", Value="s3cret", Type="String")


def letters(house, region="eu-west-1"):
    return house.vauban.store.begin().at(house.account, region).list(DeadLetter)


def allowing(*actions):
    statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    return {"Version": "2012-10-17", "Statement": statements}


def a_key_for_copies(house, **policy):
    kms = house.client("kms", region="eu-west-1")
    key = kms.create_key(**policy)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/copies", TargetKeyId=key)
    return key


def test_what_is_sent_is_there_in_the_other_region_when_the_call_is_answered(house):
    react(house, copied=hear)
    send(house)
    assert [(house.account, "eu-west-1", {"value": b"s3cret"}, {"name": "/a"})] == HEARD
    assert house.vauban.store.outbox() == []


def test_what_is_sent_to_another_account_is_reacted_to_there(house):
    react(house, given=hear)
    house.client("ssm").delete_parameter(Name="/a")
    assert [each[:2] for each in HEARD] == [(OTHER, "us-east-1")]


def test_a_reaction_asks_on_behalf_of_who_caused_it_with_that_principals_policies(house):
    react(house, copied=put_down)
    key = a_key_for_copies(house)
    house.user("alice", allowing("ssm:*", "kms:Encrypt"))
    send(house, "alice")
    inner, own = house.trail()[-2:]
    assert (inner["eventName"], inner["awsRegion"]) == ("Encrypt", "eu-west-1")
    assert inner["userIdentity"]["userName"] == "alice"
    assert inner["userIdentity"]["invokedBy"] == inner["sourceIPAddress"] == "ssm.amazonaws.com"
    assert inner["resources"][0]["ARN"].endswith(key)
    assert (own["eventName"], own["eventType"]) == ("CopyParameter", "AwsServiceEvent")
    assert own["userIdentity"] == {"type": "AWSService", "invokedBy": "ssm.amazonaws.com"}


def test_what_the_principal_may_not_do_is_not_done_for_it_and_the_denial_is_on_the_trail(house):
    react(house, copied=put_down)
    a_key_for_copies(house)
    house.user("alice", allowing("ssm:*"))
    send(house, "alice")
    denied = [each for each in house.trail() if "AccessDenied" in each.get("errorCode", "")]
    assert {each["eventName"] for each in denied} == {"Encrypt"}
    (letter,) = letters(house)
    assert "kms:Encrypt" in letter.error


def test_it_is_the_policies_of_now_that_count(house):
    react(house, copied=put_down)
    a_key_for_copies(house)
    house.user("alice", allowing("ssm:*", "kms:Encrypt"))
    send(house, "alice")
    house.user("alice", allowing("ssm:*"))
    send(house, "alice")
    assert len(letters(house)) == 1


def test_a_reaction_asks_as_its_service_where_it_asks_for_itself(house):
    react(house, copied=put_down_as_itself)
    a_key_for_copies(house)
    send(house)
    assert len(letters(house)) == 1
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ssm.amazonaws.com"},
        "Action": "kms:Encrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": house.account}},
    }
    root = {**allowing("kms:*")["Statement"][0], "Principal": {"AWS": f"arn:aws:iam::{house.account}:root"}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [root, statement]})
    kms = house.client("kms", region="eu-west-1")
    key = kms.describe_key(KeyId="alias/copies")["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, Policy=policy)
    send(house)
    assert len(letters(house)) == 1
    asked = house.trail()[-1]
    assert asked["eventName"] == "Encrypt"
    assert asked["userIdentity"] == {"type": "AWSService", "invokedBy": "ssm.amazonaws.com"}


def test_slow_work_that_a_reaction_asks_for_is_done_and_comes_with_its_events(house):
    react(house, copied=make_a_key)
    send(house)
    assert len(house.client("kms", region="eu-west-1").list_keys()["Keys"]) == 1
    assert letters(house) == []


def test_one_place_where_nothing_goes_well_holds_up_no_other(house, monkeypatch):
    monkeypatch.setattr("vauban.background.relay._FIRST_PAUSE_SECONDS", 0.5)

    def fail(call, event):
        raise RuntimeError("as told")

    react(house, copied=fail, given=hear)
    whole = house.vauban

    async def send_both():
        changes = whole.store.begin()
        here = changes.at(house.account, "us-east-1")
        for detail_type, place in (("Parameter Copied", "eu-west-1"), ("Parameter Given", "us-west-2")):
            here.emit(an_event(detail_type, house.account, place))
        await whole.store.commit(changes, [])
        whole.relay.feed()
        while not HEARD:
            await asyncio.sleep(0.01)
        return whole.store.waits(1)

    assert house._wait(send_both())
    whole.relay.close()


def an_event(detail_type, account, region):
    return DomainEvent("e", "aws.ssm", detail_type, account, "us-east-1", 0.0, (), {}, None, (account, region))


def test_a_dead_letter_keeps_the_secrets_sealed(house):
    def fail(call, event):
        raise RuntimeError("as told")

    react(house, copied=fail)
    send(house)
    (letter,) = letters(house)
    assert letter.event.secrets == {}
    assert "s3cret" not in repr(letter)
    assert b"s3cret" in letter.secrets


def test_a_principal_that_is_gone_is_asked_for_no_more(house):
    react(house, copied=put_down)
    a_key_for_copies(house)

    async def send_as_nobody():
        gone = Principal("user", house.account, f"arn:aws:iam::{house.account}:user/bob", "AIDAGONE", "bob")
        call = ServiceCall("ssm", house.account, "us-east-1", 0.0, gone)
        await house.vauban.gateway.carry_out(call, lambda call: put_parameter(call, "/a", "s3cret") and None)
        await house.vauban.relay.deliver()

    house._wait(send_as_nobody())
    (letter,) = letters(house)
    assert "bob is not there any more" in letter.error


def test_an_event_tells_nobody_its_secrets():
    event = an_event("Parameter Copied", OTHER, "eu-west-1")
    assert "s3cret" not in repr(msgspec.structs.replace(event, secrets={"value": b"s3cret"}))
