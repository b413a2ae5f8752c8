"""`vauban status`."""

import argparse

from vauban.cli import door


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)


def run(given: argparse.Namespace) -> None:
    status = door.ask(given, "GET", "status")
    width = max(len(name) for name in status)
    for name, value in status.items():
        print(f"{name:<{width}}  {', '.join(value) if isinstance(value, list) else value}")
