"""`vauban clock`."""

import argparse
import re

from vauban.cli import door
from vauban.cli.main import CommandFailed

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def arguments(parser: argparse.ArgumentParser) -> None:
    door.arguments(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("show", help="show the time Vauban goes by (the default)")
    advance = actions.add_parser("advance", help="move a virtual clock forward; what falls due on the way is done")
    advance.add_argument("duration", help="such as 90d, 36h, 15m, 30s, or 1d12h")
    parser.epilog = "A clock can be advanced where the server runs with --clock=virtual."


def run(given: argparse.Namespace) -> None:
    if given.action != "advance":
        clock = door.ask(given, "GET", "clock")
        print(f"{clock['time']}  ({clock['kind']})")
        return
    clock = door.ask(given, "POST", "clock", {"advance_seconds": seconds(given.duration)})
    print(f"{clock['time']}  ({_done(clock['done'])})")


def _done(things: int) -> str:
    if things == 1:
        return "1 thing fell due and was done"
    return f"{things} things fell due and were done" if things else "nothing fell due"


def seconds(duration: str) -> int:
    """The seconds in ``1d12h``. Raises CommandFailed."""
    if not re.fullmatch(r"([0-9]{1,9}[smhdw])+", duration):
        raise CommandFailed(f"{duration!r} is no duration: say it as 90d, 36h, 15m or 1d12h")
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", duration))
