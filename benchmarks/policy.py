"""What a decision costs: preparing it, and making it again for another request.

    python benchmarks/policy.py

The peer, measured beside, interprets the same documents from the top each time, with fnmatch and dictionaries.
"""

from fnmatch import fnmatchcase
from timeit import repeat
from typing import Any

from vauban.kernel.principals import Principal
from vauban.kernel.resources import Resource
from vauban.policy import Plan, Policies, Policy, plan

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = Principal("user", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAALICE", name="alice")
CONTEXT = {"kms:encryptioncontext:app": "orders", "aws:username": "alice", "aws:sourceip": "203.0.113.7"}
DEFAULT_KEY_POLICY = {
    "Sid": "Enable IAM User Permissions",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
USE_KEY = {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": KEY}
FOR_ORDERS = {**USE_KEY, "Condition": {"StringEquals": {"kms:EncryptionContext:app": "orders"}}}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def other_statements(count: int) -> list[dict[str, Any]]:
    """Statements as policies have them: half of the same service, most of other actions or resources."""
    return [
        {
            "Effect": "Allow",
            "Action": ["kms:DescribeKey", "kms:List*"] if index % 2 else [f"s3:GetObject{index}", "s3:List*"],
            "Resource": f"arn:aws:{'kms' if index % 2 else 's3'}:*:{ACCOUNT}:key/{index}*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        }
        for index in range(count)
    ]


def prepared(*documents: dict[str, Any]) -> tuple[Policies, Resource]:
    own = Policy.parse(document(DEFAULT_KEY_POLICY), name="default", kind="key")
    identity = tuple(Policy.parse(each, name=f"policy{i}", kind="boundary") for i, each in enumerate(documents))
    return Policies(identity), Resource(KEY, type="key", account=ACCOUNT, policy=own, policy_rules=True)


def interpret(documents: list[dict[str, Any]], action: str, context: dict[str, Any]) -> bool:
    """The peer: every statement, every time."""
    allowed = False
    for each in documents:
        for statement in each["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            actions = actions if isinstance(actions, list) else [actions]
            if not any(fnmatchcase(action.lower(), pattern.lower()) for pattern in actions):
                continue
            if not fnmatchcase(KEY, resources):
                continue
            conditions = statement.get("Condition", {}).get("StringEquals", {})
            if all(context.get(key.lower()) in values for key, values in conditions.items()):
                if statement["Effect"] == "Deny":
                    return False
                allowed = True
    return allowed


def microseconds(function: Any, number: int) -> float:
    """The least of five runs, less what an empty call costs."""
    empty = min(repeat(lambda: None, number=number, repeat=5))
    return (min(repeat(function, number=number, repeat=5)) - empty) / number * 1e6


def show(what: str, cost: float) -> None:
    print(f"{what:<58} {cost:10.2f} us")


def made(*documents: dict[str, Any]) -> Plan:
    policies, resource = prepared(*documents)
    found = plan(ALICE, policies, "kms:Decrypt", resource)
    assert found.decide(CONTEXT).allowed
    return found


def denials(count: int) -> list[dict[str, Any]]:
    """Statements that each deny the action on another resource."""
    return [{**USE_KEY, "Effect": "Deny", "Resource": KEY.replace("key/", f"key/{index}")} for index in range(count)]


def changed(policies: Policies, resource: Resource) -> Plan:
    one = Policy.parse(document(FOR_ORDERS), name="changed", kind="boundary")
    return plan(ALICE, Policies((*policies.identity[:-1], one)), "kms:Decrypt", resource)


def main() -> None:
    several = document(*other_statements(24), FOR_ORDERS)
    many = [document(*other_statements(2)) for _ in range(999)] + [document(FOR_ORDERS)]
    ways = {
        "decide, no condition left": made(document(USE_KEY)),
        "decide, one condition left": made(several),
        "decide, a policy variable in the resource": made(
            document({**USE_KEY, "Resource": KEY.replace("key/", "${aws:username, 'x'}*")}, FOR_ORDERS)
        ),
    }
    for what, ready in ways.items():
        show(what, microseconds(lambda ready=ready: ready.decide(CONTEXT), 100_000))
    peer = microseconds(lambda: interpret([document(DEFAULT_KEY_POLICY), several], "kms:Decrypt", CONTEXT), 2_000)
    one = microseconds(lambda: ways["decide, one condition left"].decide(CONTEXT), 100_000)
    show("the peer: 26 statements interpreted", peer)
    print(f"{'ratio':<58} {peer / one:10.0f}")
    policies, resource = prepared(several)
    show("plan over 26 statements", microseconds(lambda: plan(ALICE, policies, "kms:Decrypt", resource), 2_000))
    wide, resource = prepared(*many)
    show("plan over 1,000 policies", microseconds(lambda: plan(ALICE, wide, "kms:Decrypt", resource), 20))
    kept = plan(ALICE, wide, "kms:Decrypt", resource)
    show("decide, 1,000 policies behind it", microseconds(lambda: kept.decide(CONTEXT), 100_000))
    sweep = made(*many, document(*denials(1000)))
    show("decide, and 1,000 denials of other resources", microseconds(lambda: sweep.decide(CONTEXT), 100_000))
    show("one of 1,000 policies changes: parse it, plan anew", microseconds(lambda: changed(wide, resource), 20))
    show("parse a policy of 25 statements",
         microseconds(lambda: Policy.parse(several, name="several", kind="boundary"), 200))  # fmt: skip


if __name__ == "__main__":
    main()
