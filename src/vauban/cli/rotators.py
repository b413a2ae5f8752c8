"""`vauban rotators`: the code of the ready rotation functions, as Lambda takes it."""

import argparse
import io
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import vauban
from vauban.cli.main import CommandFailed

DRIVERS = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six", "PyMySQL", "redis")
"""All that the rotators need beside what Lambda's Python brings: nothing but Python."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", metavar="FILE", help="the zip archive to write, or - for standard output")


def run(given: argparse.Namespace) -> None:
    content = archive()
    if given.archive == "-":
        sys.stdout.buffer.write(content)
    else:
        Path(given.archive).write_bytes(content)


def archive() -> bytes:
    """A zip archive for any handler: ``vauban.rotators.postgresql.single_user``, … Raises CommandFailed."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as opened:
        home = Path(vauban.__file__).parent
        for path in (home / "__init__.py", *sorted((home / "rotators").glob("*.py"))):
            opened.write(path, path.relative_to(home.parent))
        for name in DRIVERS:
            _write_driver(opened, name)
    return content.getvalue()


def _write_driver(opened: zipfile.ZipFile, name: str) -> None:
    try:
        found = files(name) or []
    except PackageNotFoundError:
        raise CommandFailed(f"{name} is not installed: pip install 'vauban[rotators]'") from None
    for each in found:
        if ".." not in each.parts and each.suffix != ".pyc":
            opened.write(each.locate(), str(each))
