"""The command line: finds the command, imports only what it needs, and turns failures into words."""

import argparse
import importlib
import sys

COMMANDS = {
    "serve": "run the server",
    "status": "what the running server is, holds and enforces",
    "credentials": "print an access key in `export` form; make users",
    "clock": "show the clock, or advance a virtual one",
    "explain": "why a call was denied, and what would have allowed it",
    "trail": "what was called, by whom, with what outcome",
    "keys": "what keys there are, who can use one and why, what was refused",
    "cost": "what AWS would charge for a month: keys, rotations, calls",
    "xks": "let the KMS of somebody else keep its keys here",
    "rotators": "write the archive of the functions that rotate secrets of databases, Redis and HTTP APIs",
    "seal": "seal a running server, or change what protects its root key",
    "unseal": "give a sealed server what it needs to open its keys",
    "backup": "write a consistent copy of everything while the server runs",
    "restore": "make a data directory from a backup",
}


class CommandFailed(Exception):
    """Said to the person at the terminal, who is told what to do."""


def main(arguments: list[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="vauban", description="AWS's security services, self-hosted and real. Every command has --help."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = next((word for word in words if word in COMMANDS), None)
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=line[0].upper() + line[1:] + ".")
        if name == asked:
            module = importlib.import_module(f"vauban.cli.{name}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    given = parser.parse_args(words)
    try:
        return given.run(given) or 0
    except CommandFailed as failure:
        print(f"vauban {given.command}: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
