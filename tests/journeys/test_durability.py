"""Nothing acknowledged is lost, to Ctrl-C, to `kill -9` in the middle of writes, or to a full disk."""

import json
import os
import re
import signal
import socket
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from .running import Server, client


class Writers:
    """Clients that create keys and aliases at once, and remember what was acknowledged to them."""

    def __init__(self, server: Server, threads: int = 6):
        self.acknowledged: list[tuple[str, str]] = []
        self.errors: list[ClientError] = []
        self._url = server.url
        self._exported = server.credentials()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(threads)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int) -> None:
        """Until that many more were acknowledged."""
        enough = len(self.acknowledged) + count
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < enough:
            assert time.monotonic() < deadline, f"no more writes are acknowledged: {self.errors[-1:]}"
            time.sleep(0.01)

    def _write(self, writer: int) -> None:
        kms = client(self._url, "kms", self._exported, connect_timeout=2, read_timeout=20)
        number = 0
        while not self._stop.is_set():
            number += 1
            name = f"alias/w{writer}-{number}-{id(self)}"
            try:
                key = kms.create_key(Description=name)["KeyMetadata"]["KeyId"]
                kms.create_alias(AliasName=name, TargetKeyId=key)
            except ClientError as error:
                self.errors.append(error)
            except BotoCoreError:
                time.sleep(0.02)
            else:
                self.acknowledged.append((name, key))


def everything(server: Server) -> dict[str, str]:
    kms = server.client("kms")
    pages = kms.get_paginator("list_aliases").paginate()
    return {each["AliasName"]: each.get("TargetKeyId") for page in pages for each in page["Aliases"]}


def assert_nothing_is_lost(server: Server, *writers: Writers) -> None:
    there = everything(server)
    for each in writers:
        assert not [error for error in each.errors if error.response["ResponseMetadata"]["HTTPStatusCode"] != 503]
        assert not [name for name, key in each.acknowledged if there.get(name) != key]


def assert_sound(server: Server, elsewhere: Path) -> None:
    """SQLite finds its file whole, and a restore finds the audit chain unbroken."""
    server.command("backup", str(elsewhere / "backup"))
    restored = server.run_elsewhere("restore", str(elsewhere / "backup"), "--data", str(elsewhere / "restored"))
    assert re.search(r"\d+ audit events, their chain intact", restored)
    with sqlite3.connect(Path(server.data, "vauban.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_ctrl_c_and_a_restart_find_everything(server):
    kms = server.client("kms")
    key = kms.create_key(Description="kept")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"kept")["CiphertextBlob"]
    credentials = server.credentials()
    assert server.stop() == 0
    assert (
        not Path(server.data, "vauban.sqlite-wal").exists() or not Path(server.data, "vauban.sqlite-wal").stat().st_size
    )
    server.start()
    assert server.credentials() == credentials
    kms = server.client("kms")
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"kept"
    assert kms.describe_key(KeyId="alias/kept")["KeyMetadata"]["Description"] == "kept"
    assert "CreateAlias" in server.command("trail")


def test_ctrl_c_lets_calls_that_are_under_way_finish(server):
    with Writers(server) as writers:
        writers.wait_for(30)
        assert server.stop() == 0
    server.start()
    assert_nothing_is_lost(server, writers)


def test_a_signal_to_every_process_at_once_is_a_clean_end_too(server):
    """As systemd sends it."""
    with Writers(server) as writers:
        writers.wait_for(20)
        os.killpg(server.process.pid, signal.SIGTERM)
        assert server.process.wait(timeout=30) == 0
    server.start()
    assert_nothing_is_lost(server, writers)
    assert "unforeseen" not in server.output()


def test_a_power_cut_in_the_middle_of_writes_loses_nothing_acknowledged(server, tmp_path):
    rounds = []
    for _ in range(4):
        with Writers(server) as writers:
            writers.wait_for(25)
            server.kill()
        rounds.append(writers)
        server.start()
        assert_nothing_is_lost(server, *rounds)
    assert_sound(server, tmp_path)


@pytest.mark.parametrize("which", ["writer", "worker"])
def test_a_process_that_is_killed_is_replaced_and_loses_nothing(server, which):
    place = 0 if which == "writer" else -1
    with Writers(server) as writers:
        for _ in range(3):
            writers.wait_for(20)
            before = server.processes()
            os.kill(before[place], signal.SIGKILL)
            wait_until(lambda before=before: replaced(server, before) == 3)
        writers.wait_for(20)
    assert_nothing_is_lost(server, writers)
    assert server.restart()
    assert_nothing_is_lost(server, writers)
    assert "Traceback" not in server.output()


def replaced(server: Server, before: list[int]) -> int:
    return len(set(server.processes()) - set(before))


def wait_until(true) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_when_the_supervisor_is_killed_the_others_end_and_free_the_directory(server):
    left = server.processes()
    server.process.kill()
    server.process.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() and not zombie(pid) for pid in left))
    server.start()
    server.client("kms").create_key()


def zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_server_whose_processes_keep_ending_gives_up_in_words(make_server):
    server = make_server("--workers", "1")
    for _ in range(6):
        before = server.processes()
        os.kill(before[0], signal.SIGKILL)
        wait_until(
            lambda before=before: server.process.poll() is not None or len(set(server.processes()) - set(before)) == 2
        )
    assert server.process.wait(timeout=10) == 1
    assert server.output().count("a process of its ended unforeseen; all are started anew") == 5
    assert "its processes keep ending" in server.output()
    server.start()


def test_the_trail_has_every_acknowledged_write(server):
    with Writers(server) as writers:
        writers.wait_for(30)
        server.kill()
    server.start()
    lines = server.command("trail", "--event-name", "CreateAlias", "--last", "1000", "--json").splitlines()
    recorded = {json.loads(line)["requestParameters"]["aliasName"] for line in lines}
    assert {name for name, _ in writers.acknowledged} <= recorded


def test_two_servers_on_one_directory_are_refused_in_words(server, make_server):
    said = make_server(data=server.data, start=False).start_refused()
    assert f"{server.data} is in use by process {server.process.pid}" in said
    server.client("kms").create_key()


def test_a_port_that_is_taken_is_refused_in_words(make_server, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = make_server(port=port, start=False).start_refused()
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said


@pytest.mark.parametrize("data", ["/proc/vauban", "/dev/null/vauban"])
def test_a_directory_that_cannot_be_written_is_refused_in_words(make_server, data):
    assert f"{data} cannot be written" in make_server(data=data, start=False).start_refused()


def test_a_place_for_sockets_that_is_none_is_refused_in_words(make_server, tmp_path):
    said = make_server(start=False, XDG_RUNTIME_DIR=str(tmp_path / ("x" * 100))).start_refused()
    assert "set XDG_RUNTIME_DIR to a shorter directory" in said


def test_what_is_no_database_is_refused_in_words(make_server, tmp_path):
    data = tmp_path / "data"
    make_server().stop()
    (data / "vauban.sqlite").write_bytes(b"not a database" * 1000)
    said = make_server(start=False).start_refused()
    assert str(data) in said


def test_a_full_disk_fails_calls_loses_nothing_and_is_survived(make_server, tmp_path):
    """The file size limit stands for the disk: SQLite is told EFBIG as it would be told ENOSPC."""
    full = make_server("--workers", "2", prefix=("prlimit", f"--fsize={900_000}"))
    writers = Writers(full)
    with writers:
        wait_until(lambda: len(writers.errors) > 20)
    codes = {error.response["Error"]["Code"] for error in writers.errors}
    assert {error.response["ResponseMetadata"]["HTTPStatusCode"] for error in writers.errors} == {503}, codes
    assert re.search(r"^\d{4}-\S+ CRITICAL vauban.gateway: request [\w-]+: ", full.output(), re.MULTILINE)
    assert "Traceback" not in full.output()
    assert full.stop() == 0

    roomy = make_server("--workers", "2")
    assert_nothing_is_lost(roomy, writers)
    with Writers(roomy) as more:
        more.wait_for(10)
    assert not more.errors
