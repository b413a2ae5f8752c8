"""`vauban serve`."""

import argparse
import logging
import os
from dataclasses import fields

from vauban.cli.main import CommandFailed
from vauban.settings import SettingError, Settings, read, variable


def arguments(parser: argparse.ArgumentParser) -> None:
    for each in fields(Settings):
        parser.add_argument(
            f"--{each.name.replace('_', '-')}",
            metavar=each.metadata["metavar"],
            action="append" if each.metadata["repeat"] else "store",
            help=f"{each.metadata['help']} [{variable(each.name)}{_default(each.default)}]",
        )


def _default(value: object) -> str:
    return f", default {value}" if value not in ("", ()) else ""


def run(given: argparse.Namespace) -> int:
    from vauban.supervisor import StartFailed, serve

    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")
    try:
        return serve(read(vars(given), os.environ))
    except (SettingError, StartFailed) as error:
        raise CommandFailed(str(error)) from None
