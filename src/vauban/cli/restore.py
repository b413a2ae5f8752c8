"""`vauban restore`."""

import argparse
from pathlib import Path

from vauban.cli.main import CommandFailed


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="BACKUP", help="directory that `vauban backup` wrote")
    parser.add_argument("--data", metavar="DIR", default="data", help="data directory to make (default: data)")
    parser.epilog = "Then put back what opens the seal (seal.key, where it is a file seal), and start the server."


def run(given: argparse.Namespace) -> None:
    from vauban.administration.backups import restore
    from vauban.kernel.errors import StorageUnavailable

    try:
        events = restore(Path(given.source), Path(given.data))
    except (OSError, StorageUnavailable) as error:
        raise CommandFailed(str(error)) from None
    print(f"Restored into {Path(given.data).resolve()}; {events} audit events, their chain intact.")
