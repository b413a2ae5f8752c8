"""`vauban keys`."""

import argparse
import json
from typing import Any

from vauban.cli import door
from vauban.cli.clock import seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    every = verbs.add_parser("list", help="every key, its state and its last use (what is done without a VERB)")
    show = verbs.add_parser("show", help="one key: who can use it, and by which statement or grant")
    refused = verbs.add_parser("refused", help="what KMS refused in the last day, of one key or of all")
    show.add_argument("id", metavar="KEY", help="a key's id, ARN or alias")
    refused.add_argument("id", metavar="KEY", nargs="?", help="a key's id, ARN or alias")
    refused.add_argument("--since", default="1d", metavar="DURATION", help="the last while: 15m, 6h, 7d (default: 1d)")
    for verb in (every, show, refused):
        verb.add_argument("--account", metavar="ID", help="only of this account")
        verb.add_argument("--region", metavar="REGION", help="only in this region")
        verb.add_argument("--json", action="store_true", help="all of it, as JSON")


def run(given: argparse.Namespace) -> None:
    verb = given.verb or "list"
    asked = {name: getattr(given, name, None) for name in ("id", "account", "region")}
    if verb == "refused":
        asked["since_seconds"] = seconds(given.since)
    answer = door.ask(given, "POST", "keys" if verb == "list" else f"keys/{verb}", asked)
    if getattr(given, "json", False):
        print(json.dumps(answer, indent=2))
    else:
        {"list": _list, "show": _show, "refused": _refused}[verb](answer)


def _list(answer: dict[str, Any]) -> None:
    for key in answer["keys"]:
        place = f"{key['account']} {key['region']:<14} {key['key_id']:<36}"
        names = ", ".join(key["aliases"]) or "-"
        print(f"{place} {key['state']:<16} {key['spec']:<21} {names}  {_used(key['last_use'])}")


def _show(key: dict[str, Any]) -> None:
    print(key["arn"])
    names = ", ".join(key["aliases"]) or "no alias"
    print(f"  {key['state']}, {key['spec']}, {key['usage']}, origin {key['origin']}, {names}")
    print(f"  made {key['created']}, {_used(key['last_use'])}")
    for name, word in (("deletion_date", "deleted on"), ("next_rotation", "rotated on")):
        if key[name]:
            print(f"  {word} {key[name]}")
    print("who may:")
    for found in key["may"]:
        print(f"  {found['principal']}")
        for each in found["may"]:
            print(f"    {each['action']:<28} by {', '.join(each['by'])}{_conditions(each)}")
    for grant in key["grants"]:
        print(f"  {grant['grantee']}")
        only_if = f", only if {json.dumps(grant['only_if'])}" if grant["only_if"] else ""
        print(f"    {', '.join(grant['operations'])} by grant/{grant['id']}{only_if}")
    if key["others"]:
        print(f"the key policy also names {', '.join(key['others'])}")


def _refused(answer: dict[str, Any]) -> None:
    for each in answer["refused"]:
        about = f"  vauban explain {each['authorization_id']}" if each["authorization_id"] else ""
        keys = ", ".join(each["keys"]) or "-"
        print(f"{each['time']}  {each['operation']:<24} {each['error']:<28} {each['by']}  {keys}{about}")


def _used(last_use: dict[str, str] | None) -> str:
    if last_use is None:
        return "never used"
    return f"last used {last_use['time']}: {last_use['operation']} by {last_use['by']}"


def _conditions(found: dict[str, Any]) -> str:
    said = f", only if {' and '.join(found['only_if'])}" if found["only_if"] else ""
    return said + (f", unless {' and '.join(found['unless'])}" if found["unless"] else "")
