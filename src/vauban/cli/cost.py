"""`vauban cost`."""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from vauban.cli import door
from vauban.cli.main import CommandFailed

COLUMNS = ("account", "region", "item", "quantity", "unit", "cost")


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("month", nargs="?", metavar="YYYY-MM", help="(default: the present one, as far as it is over)")
    parser.add_argument("--account", metavar="ID", help="of this account (default: of all)")
    parser.add_argument("--prices", metavar="FILE", help="your own price file, instead of AWS's prices in us-east-1")
    parser.add_argument("--csv", action="store_true", help="as comma-separated values")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(given: argparse.Namespace) -> None:
    asked = {"month": given.month, "account": given.account, "prices": _prices(given.prices)}
    bill = door.ask(given, "POST", "cost", asked)
    if given.json:
        print(json.dumps(bill, indent=2))
    elif given.csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(bill["lines"])
    else:
        _print(bill)


def _print(bill: dict[str, Any]) -> None:
    print(f"KMS in {bill['month']} until {bill['until']}, by prices of {bill['prices_as_of']} in {bill['currency']}")
    for line in bill["lines"]:
        quantity = f"{line['quantity']:,} {line['unit']}"
        where = line["region"] or "all regions"
        print(f"{line['account']}  {where:<15} {line['item']:<28} {quantity:>24} {line['cost']:>14}")
    for account, total in bill["totals"].items():
        print(f"{account}  {'total':<69} {total:>14}")


def _prices(path: str | None) -> Any:
    if path is None:
        return None
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise CommandFailed(f"cannot read {path}: {error}") from None
