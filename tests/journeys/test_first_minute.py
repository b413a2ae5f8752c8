"""The README's first minute, done as it is written there, with the AWS CLI."""

import re
import subprocess
from pathlib import Path

from .running import COMMANDS, START_SECONDS, environment

ROOT = Path(__file__).parents[2]


def transcript(markdown: str) -> list[tuple[str, str]]:
    """Each command of the console blocks, with the output that is shown for it."""
    told: list[list[str]] = []
    for block in re.findall(r"```console\n(.*?)```", markdown, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                told.append([line[2:], ""])
            elif _goes_on(told[-1][0]):
                told[-1][0] += "\n" + line
            else:
                told[-1][1] += line + "\n"
    return [(command, shown.strip()) for command, shown in told]


def _goes_on(command: str) -> bool:
    return command.endswith("\\") or command.count("(") > command.count(")")


def as_pattern(shown: str) -> str:
    """What is shown, with any spacing, and anything where it has an ellipsis."""
    words = [r".+?" if word == "…" else re.sub(r"\w*…", r"\\S+", re.escape(word)) for word in shown.split()]
    return r"\s+".join(words)


class Terminal:
    """A shell that stays open, as a reader's does."""

    def __init__(self, directory: Path):
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=directory,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def type(self, command: str) -> str:
        """What the command prints."""
        self._shell.stdin.write(f"{command}\necho; echo __done__\n")
        self._shell.stdin.flush()
        printed = ""
        for line in self._shell.stdout:
            if line == "__done__\n":
                break
            printed += line
        return printed.strip()

    def close(self) -> None:
        self._shell.stdin.close()
        self._shell.wait(timeout=10)


def test_the_first_minute_is_as_the_readme_tells_it(tmp_path: Path):
    (tmp_path / ".venv").symlink_to(COMMANDS.parent)
    _, minute = (ROOT / "README.md").read_text().split("## The first minute")
    commands = transcript(minute.split("\n## ")[0])
    assert len(commands) >= 8, "the README's first minute was not found"

    server = subprocess.Popen(
        [".venv/bin/vauban", "serve"], cwd=tmp_path, env=environment(VAUBAN_PORT="0"), stdout=subprocess.PIPE, text=True
    )
    terminal = Terminal(tmp_path)
    try:
        assert server.stdout.readline().startswith("Vauban answers at http://127.0.0.1:")
        printed = ""
        for command, shown in commands:
            denial = re.search(r"authorization ID: ([\w-]+)", printed)
            printed = terminal.type(command.replace("3f0c…", denial[1] if denial else ""))
            assert re.fullmatch(as_pattern(shown), printed), f"$ {command}\n{printed}\n\nThe README shows:\n{shown}"
    finally:
        terminal.close()
        server.terminate()
        assert server.wait(timeout=START_SECONDS) == 0


def test_make_serve_serves_with_the_defaults():
    recipe = re.search(r"^serve:.*\n\t@(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe[1] == "exec $(BIN)/vauban serve"
