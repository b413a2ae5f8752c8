"""`vauban explain`."""

import argparse

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("id", help="the authorization ID that the denial carried")


def run(given: argparse.Namespace) -> None:
    print(door.ask(given, "GET", f"explain/{given.id}")["explanation"])
