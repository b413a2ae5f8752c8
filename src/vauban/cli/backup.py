"""`vauban backup`."""

import argparse
import os

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.add_argument("to", help="directory to write the backup into; it must not exist yet")
    parser.epilog = "A backup never holds what opens the seal: keep the seal's key (seal.key, passphrase, token) apart."


def run(given: argparse.Namespace) -> None:
    written = door.ask(given, "POST", "backup", {"to": os.path.abspath(given.to)})
    print(f"{written['bytes']} bytes in {written['directory']}")
