"""`vauban trail`."""

import argparse
import json

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("--last", type=int, default=20, metavar="N", help="how many events (default: 20, at most 1000)")
    parser.add_argument("--event-name", metavar="NAME", help="only this operation")
    parser.add_argument("--denied", action="store_true", help="only calls that were denied")
    parser.add_argument("--json", action="store_true", help="whole CloudTrail records, one a line")


def run(given: argparse.Namespace) -> None:
    asked = {"last": given.last, "event_name": given.event_name, "denied": given.denied}
    for record in door.ask(given, "POST", "trail", asked)["records"]:
        print(json.dumps(record) if given.json else _line(record))


def _line(record: dict) -> str:
    identity = record["userIdentity"]
    who = identity.get("arn") or identity.get("invokedBy", "?")
    outcome = record.get("errorCode", "ok")
    return f"{record['eventTime']}  {record['eventSource'].split('.')[0]}:{record['eventName']:<32} {outcome:<32} {who}"
