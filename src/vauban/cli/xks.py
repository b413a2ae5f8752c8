"""`vauban xks`."""

import argparse
import json
from typing import Any

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    verbs.add_parser("list", help="every proxy, with its keys and credentials (what is done without a VERB)")
    create = _verb(verbs, "create", "answer under /PREFIX/kms/xks/v1, and print what AWS's console wants to know")
    create.add_argument(
        "--key", metavar="KEY[=ID]", action="append", default=[], help="a KMS key, by id or alias; repeatable"
    )
    create.add_argument("--account", metavar="ID", help="the account of the keys (default: the first)")
    create.add_argument("--region", default="us-east-1", help="the region of the keys (default: us-east-1)")
    create.add_argument(
        "--from", metavar="ID", action="append", default=[], dest="callers", help="an AWS account that may; repeatable"
    )
    _verb(verbs, "add-key", "one more key").add_argument("key", metavar="KEY[=ID]")
    _verb(verbs, "remove-key", "a key less").add_argument("key", metavar="ID", help="its external id")
    _verb(verbs, "rotate", "print a second credential, to change to")
    _verb(verbs, "retire", "end a credential").add_argument("id", metavar="ACCESS-KEY-ID")
    _verb(verbs, "delete", "answer no more; the keys stay")


def run(given: argparse.Namespace) -> None:
    if given.verb in (None, "list"):
        for proxy in door.ask(given, "GET", "xks")["proxies"]:
            print(_told(proxy))
        return
    asked: dict[str, Any] = {"prefix": f"/{given.prefix.strip('/')}" if given.prefix.strip("/") else ""}
    asked |= {name: getattr(given, name) for name in ("key", "id", "account", "region", "callers") if name in given}
    if given.verb == "create":
        asked["keys"] = asked.pop("key")
    print(json.dumps(door.ask(given, "POST", f"xks/{given.verb}", asked), indent=2))


def _verb(verbs: Any, name: str, help: str) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    verb.add_argument("prefix", metavar="PREFIX", help="what is before /kms/xks/v1 in the proxy's path")
    return verb


def _told(proxy: dict[str, Any]) -> str:
    lines = [f"{proxy['uri_path']}  keys of {proxy['account']} in {proxy['region']}"]
    lines += [f"  for {', '.join(proxy['callers'])}"] if proxy["callers"] else []
    lines += [f"  {name} -> {key}" for name, key in sorted(proxy["keys"].items())]
    return "\n".join([*lines, f"  credentials {', '.join(proxy['credentials'])}"])
