"""The README's first minute, and the pages of docs/, done as they are written, with the AWS CLI."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..databases import PASSWORD, PostgreSQL
from .running import environment
from .transcripts import ROOT, Reader

PAGES = [
    "docs/first-hour.md",
    "docs/testing.md",
    "docs/guides/configuration.md",
    "docs/guides/encrypt-a-file.md",
    "docs/guides/organization.md",
]


@pytest.fixture
def reader(tmp_path: Path, short_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path, short_path)
    yield reader
    reader.stop_server()
    reader.leave()


def test_the_first_minute_is_as_the_readme_tells_it(reader: Reader):
    _, minute = (ROOT / "README.md").read_text().split("## The first minute")
    reader.do(".venv/bin/vauban serve", "Vauban answers at …")
    assert reader.follow(minute.split("\n## ")[0]) >= 8


def test_make_serve_serves_with_the_defaults():
    recipe = re.search(r"^serve:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe[1] == "exec $(BIN)/vauban serve"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_its_commands_print(reader: Reader, page: str):
    assert reader.follow((ROOT / page).read_text()) > 0


def test_the_page_of_rotation_shows_what_its_commands_print(reader: Reader):
    database = PostgreSQL()
    try:
        where = f"PGHOST={database.at['host']} PGPORT={database.at['port']}"
        reader.do(f'export {where} PGUSER=admin PGPASSWORD="{PASSWORD}"')
        assert reader.follow((ROOT / "docs/guides/rotation.md").read_text()) > 0
    finally:
        database.close()


def test_the_tests_that_are_shown_pass(tmp_path: Path):
    page = (ROOT / "docs/testing.md").read_text()
    shown = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "test_shown.py").write_text("\n".join(shown))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "test_shown.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
