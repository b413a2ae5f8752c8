"""`vauban unseal`."""

import argparse
import getpass
import sys

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    parser.epilog = "The passphrase or PIN is asked for, or read from standard input. A file seal needs neither."


def run(given: argparse.Namespace) -> None:
    status = door.ask(given, "GET", "status")
    if not status["sealed"]:
        print("The server is not sealed.")
        return
    secret = ask_secret(status["needs"]) if status["needs"] else ""
    door.ask(given, "POST", "unseal", {"secret": secret})
    door.wait(given, sealed=False)
    print("Unsealed.")


def ask_secret(name: str) -> str:
    """A passphrase or PIN: typed without echo, or the first line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{name}: ")
    return sys.stdin.readline().rstrip("\n")
