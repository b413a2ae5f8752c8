"""Every command: its help, and what it says where it cannot."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from vauban.cli.main import COMMANDS, main
from vauban.settings import Settings, variable


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty directory, with no server of anybody's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_path))
    for name in list(os.environ):
        if name.startswith("VAUBAN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def run(capsys: pytest.CaptureFixture):
    """Run `vauban WORDS`: exit status, what it printed, what it said on standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = main(list(words))
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_the_commands_are_listed(run):
    status, printed, _ = run("--help")
    assert status == 0
    for name, line in COMMANDS.items():
        assert name in printed
        assert line.split()[0] in printed


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    status, printed, _ = run(command, "--help")
    assert status == 0
    assert printed.startswith(f"usage: vauban {command}")
    assert COMMANDS[command][1:] in " ".join(printed.split())


def test_the_help_of_serve_names_every_setting_its_variable_and_its_default(run):
    printed = " ".join(run("serve", "--help")[1].split())
    for setting in fields(Settings):
        assert f"--{setting.name.replace('_', '-')} {setting.metadata['metavar']}" in printed
        assert variable(setting.name) in printed
    assert "VAUBAN_PORT, default 4566" in printed


def test_without_a_command_the_usage_is_shown(run):
    status, _, said = run()
    assert status == 2
    assert "usage: vauban" in said


def test_an_unknown_command_is_refused_with_those_there_are(run):
    status, _, said = run("sevre")
    assert status == 2
    assert "'sevre'" in said
    assert "serve" in said


NEED_A_SERVER = [
    ("status",),
    ("credentials",),
    ("clock",),
    ("clock", "advance", "1d"),
    ("explain", "x"),
    ("trail",),
    ("seal",),
    ("seal", "now"),
    ("unseal",),
    ("backup", "x"),
]


@pytest.mark.parametrize("words", NEED_A_SERVER, ids=" ".join)
def test_where_no_server_runs_it_is_said_and_what_to_do(run, words, tmp_path):
    status, printed, said = run(*words)
    assert (status, printed) == (1, "")
    assert said.startswith(f"vauban {words[0]}: no server of yours runs there (data directory {tmp_path}/data)")
    assert "vauban serve" in said


def test_where_no_scratch_server_runs_its_port_is_said(run):
    assert "port 4999, in memory" in run("status", "--data", "memory", "--port", "4999")[2]


def test_the_commands_look_where_the_variables_say(run, monkeypatch, tmp_path):
    monkeypatch.setenv("VAUBAN_DATA", "/elsewhere")
    assert "data directory /elsewhere" in run("status")[2]
    assert f"data directory {tmp_path}/here" in run("status", "--data", "here")[2]


def test_a_setting_that_cannot_be_is_said_before_anything_is_done(run, tmp_path):
    status, _, said = run("serve", "--port", "http")
    assert (status, said) == (1, "vauban serve: --port: say a whole number from 0 to 65535\n")
    assert not (tmp_path / "data").exists()


def test_a_port_variable_that_is_no_number_is_said(run, monkeypatch):
    monkeypatch.setenv("VAUBAN_PORT", "http")
    status, _, said = run("status")
    assert status == 1
    assert "VAUBAN_PORT" in said or "--port" in said


def test_a_scratch_server_with_workers_is_refused(run):
    assert "one process" in run("serve", "--data", "memory", "--workers", "4")[2]


def test_policies_need_a_user(run):
    assert "--policy needs --user" in run("credentials", "--policy", "x.json")[2]


def test_a_policy_file_that_is_not_there_is_said(run):
    assert "cannot read missing.json" in run("credentials", "--user", "alice", "--policy", "missing.json")[2]


def test_a_restore_needs_a_backup(run, tmp_path):
    status, _, said = run("restore", str(tmp_path / "nothing"), "--data", str(tmp_path / "new"))
    assert status == 1
    assert str(tmp_path / "nothing") in said
    assert not (tmp_path / "new" / "vauban.sqlite").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("seal", "rewrap"),
        ("seal", "rewrap", "--to", "wax"),
        ("clock", "advance"),
        ("backup",),
        ("trail", "--last", "x"),
    ],
    ids=" ".join,
)
def test_what_is_missing_or_wrong_on_the_line_is_said_with_the_usage(run, words):
    status, _, said = run(*words)
    assert status == 2
    assert "usage: vauban" in said


def test_a_command_costs_no_heavy_imports():
    heavy = {"cryptography", "botocore", "uvloop", "msgspec", "sqlite3", "vauban.server", "vauban.supervisor", "pkcs11"}
    program = "import sys; from vauban.cli.main import main; main(['status']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())
