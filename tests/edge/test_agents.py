import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socket import create_connection, create_server

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.edge import spop
from vauban.edge.spop import Malformed

from ..debian import install
from .conftest import Edge, options
from .test_exchanges import body, status
from .test_inspections import BODY, contains, guard, ruled, samples

CONFIGURATION = Path(__file__).parents[2] / "docs" / "haproxy"


@given(st.integers(0, 1 << 40))
def test_numbers_are_read_as_they_were_written(number: int):
    frame, _ = spop.read_frame(spop.write_frame(spop.NOTIFY, number, 1, b"x"), 1 << 16)
    assert (frame.kind, frame.final, frame.stream, frame.number, frame.payload) == (spop.NOTIFY, True, number, 1, b"x")


@given(st.dictionaries(st.text(max_size=9), st.none() | st.booleans() | st.integers(0, 1 << 31) | st.binary()))
def test_values_are_read_as_they_were_written(pairs: dict):
    found = spop.read_pairs(spop.write_pairs(pairs))
    assert found == {name.encode(): value for name, value in pairs.items()}


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data: bytes):
    for read in (spop.read_pairs, spop.read_messages, spop.read_headers, lambda each: spop.read_frame(each, 99)):
        with suppress(Malformed):
            read(data)


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def agent() -> Iterator[tuple[Edge, int]]:
    """An edge that is asked by HAProxy, and HAProxy's port."""
    port = free_port()
    edge = Edge(options(agent=("127.0.0.1", port)))
    guard(
        edge,
        ruled("no-evil", contains("evil", {"UriPath": {}})),
        ruled("no-worse", contains("worse", BODY), priority=1),
    )
    yield edge, port
    edge.close()


@pytest.fixture
def haproxy(agent: tuple[Edge, int], tmp_path: Path) -> Iterator[int]:
    """Debian's, with the configuration that we give out."""
    if shutil.which("haproxy", path="/usr/sbin:/usr/bin") is None:
        install("haproxy")
    edge, agent_port = agent
    port = free_port()
    ports = {"127.0.0.1:8000": f"127.0.0.1:{port}", ":8080": f":{edge.application.port}", ":9100": f":{agent_port}"}
    text = (CONFIGURATION / "haproxy.cfg").read_text()
    for old, new in ports.items():
        text = text.replace(old, new)
    (tmp_path / "haproxy.cfg").write_text(text)
    spoe = (CONFIGURATION / "vauban-spoe.conf").read_text()
    arn = "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID"
    assert arn in spoe
    (tmp_path / "vauban-spoe.conf").write_text(spoe.replace(arn, edge.arn))
    process = subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", "haproxy.cfg"], cwd=tmp_path)
    for _ in range(500):
        with suppress(OSError), create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.01)
    yield port
    process.terminate()
    process.wait(timeout=10)


def ask(port: int, data: bytes) -> bytes:
    with create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


def get(port: int, target: str) -> bytes:
    return ask(port, f"GET {target} HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n".encode())


def test_haproxy_does_as_the_web_acl_says(agent: tuple[Edge, int], haproxy: int):
    edge, _ = agent
    assert status(get(haproxy, "/good?x=1")) == 200
    stopped = get(haproxy, "/evil")
    assert status(stopped) == 403
    assert b"403 Forbidden" in body(stopped)
    head = b"POST / HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\nContent-Length: 9\r\n\r\n"
    assert status(ask(haproxy, head + b"a=worse!!")) == 403
    assert status(ask(haproxy, head + b"a=better!")) == 200
    assert [each.split()[1] for each in edge.application.heard] == [b"/good?x=1", b"/"]
    (sample,) = samples(edge, "no-evil")
    assert sample["Request"]["ClientIP"] == "127.0.0.1"
    assert {"Name": "host", "Value": "web.test"} in sample["Request"]["Headers"]


def test_without_a_verdict_haproxy_lets_nothing_pass(agent: tuple[Edge, int], haproxy: int):
    edge, _ = agent
    edge.apply()
    assert status(get(haproxy, "/good")) == 500
    assert edge.application.heard == []


def test_the_agent_and_the_listener_count_together(agent: tuple[Edge, int], haproxy: int):
    edge, _ = agent
    get(haproxy, "/evil")
    assert status(edge.get("/evil")) == 403
    assert len(samples(edge, "no-evil")) == 2
