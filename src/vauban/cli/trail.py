"""`vauban trail`."""

import argparse
import json

from vauban.cli import door
from vauban.cli.clock import seconds


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("--last", type=int, default=20, metavar="N", help="how many events (default: 20, at most 1000)")
    parser.add_argument("--event-name", "--event", metavar="NAME", help="only this operation")
    parser.add_argument("--user", metavar="NAME", help="only this user or session, by name or ARN; root is `root`")
    parser.add_argument("--since", metavar="DURATION", help="only the last while: 90s, 15m, 6h, 30d")
    parser.add_argument("--denied", action="store_true", help="only calls that were denied")
    parser.add_argument("--json", action="store_true", help="whole CloudTrail records, one a line")


def run(given: argparse.Namespace) -> None:
    asked = {
        "last": given.last,
        "event_name": given.event_name,
        "user": given.user,
        "denied": given.denied,
        "since_seconds": seconds(given.since) if given.since else None,
    }
    for record in door.ask(given, "POST", "trail", asked)["records"]:
        print(json.dumps(record) if given.json else _line(record))


def _line(record: dict) -> str:
    identity = record["userIdentity"]
    who = identity.get("arn") or identity.get("invokedBy", "?")
    outcome = record.get("errorCode", "ok")
    return f"{record['eventTime']}  {record['eventSource'].split('.')[0]}:{record['eventName']:<32} {outcome:<32} {who}"
