"""Pages whose console blocks are done as they are written there, and print what they show."""

import re
import socket
import subprocess
import time
from pathlib import Path

from .running import COMMANDS, START_SECONDS, environment

ROOT = Path(__file__).parents[2]
SERVE = re.compile(r"(?:\.venv/bin/)?vauban serve\b")
DENIAL = "3f0c…"
"""Stands for the authorization ID that the last denial carried."""


def console(markdown: str) -> list[tuple[str, str]]:
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
    if here := re.search(r"<<'?(\w+)'?", command):
        return f"\n{here[1]}" not in command
    is_open = command.count("(") > command.count(")") or command.count("{") > command.count("}")
    return command.endswith("\\") or is_open or command.count("'") % 2 == 1


def as_pattern(shown: str) -> str:
    """What is shown, with any spacing, on any port, and anything where it has an ellipsis."""
    return r"\s+".join(_word_pattern(word) for word in shown.split())


def _word_pattern(word: str) -> str:
    if word == "…":
        return ".+?"
    return re.sub(r"[\w-]*…", r"\\S*?", re.escape(word.replace(":4566", "\0")).replace(r"\-", "-")).replace(
        "\0", r":\d+"
    )


class Reader:
    """Somebody with a terminal, a server in another one, and the commands of this installation in `.venv/bin`."""

    def __init__(self, directory: Path, runtime_directory: Path):
        self._directory = directory
        (directory / ".venv").symlink_to(COMMANDS.parent)
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=directory,
            env=environment(VAUBAN_PORT=str(_free_port()), XDG_RUNTIME_DIR=str(runtime_directory)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._served = 0
        self._denial = ""

    def follow(self, markdown: str) -> int:
        """Do every command, and see what is shown for it; how many there were."""
        commands = console(markdown)
        for command, shown in commands:
            printed = self.do(command, shown)
            assert re.fullmatch(as_pattern(shown), printed, re.DOTALL), (
                f"$ {command}\n{printed}\n\nThe page shows:\n{shown}"
            )
        return len(commands)

    def do(self, command: str, shown: str = "") -> str:
        """What the command prints. A server is started beside the terminal, instead of the one before."""
        if SERVE.match(command):
            return self._serve(command, shown)
        printed = self._type(command.replace(DENIAL, self._denial).replace(":4566", ":$VAUBAN_PORT"))
        if denial := re.search(r"authorization ID: ([\w-]+)", printed):
            self._denial = denial[1]
        return printed

    def _serve(self, command: str, shown: str) -> str:
        self.stop_server()
        self._served += 1
        log = self._directory / f"server-{self._served}.log"
        log.touch()
        self._type(f"{command} >> {log} 2>&1 & SERVER=$!")
        deadline = time.monotonic() + START_SECONDS
        while not re.fullmatch(as_pattern(shown), log.read_text().strip(), re.DOTALL) and time.monotonic() < deadline:
            time.sleep(0.02)
        return log.read_text().strip()

    def stop_server(self) -> None:
        if self._served:
            assert self._type("kill -TERM $SERVER; wait $SERVER; echo ended: $?").endswith("ended: 0")

    def _type(self, command: str) -> str:
        self._shell.stdin.write(f"{command}\necho; echo __done__\n")
        self._shell.stdin.flush()
        printed = ""
        for line in self._shell.stdout:
            if line == "__done__\n":
                break
            printed += line
        return printed.strip()

    def leave(self) -> None:
        self._shell.stdin.close()
        self._shell.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
