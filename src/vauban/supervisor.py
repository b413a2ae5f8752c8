"""The processes of a server: sealed or open, one writer, N workers; all for one.

The supervisor answers nothing. If a process of its ends unforeseen, it ends the others and starts all anew: whatever
was acknowledged is on disk, and nothing else is worth saving.
"""

import json
import os
import signal
import socket
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from vauban.administration import backups
from vauban.administration.sealing import Sealing
from vauban.announcements import banner
from vauban.crypto.errors import MissingSecret, SealError
from vauban.crypto.memory import protect_process
from vauban.crypto.sealers import AccountSealer
from vauban.discovery import all_kinds, release
from vauban.edge.issues import NAME as SNAPSHOT
from vauban.edge.processes import Process
from vauban.http.sockets import bind_tcp
from vauban.kernel.errors import StorageUnavailable
from vauban.sealed import wait_unsealed
from vauban.server import (
    Kept,
    Scratch,
    buckets_of,
    edge_options,
    link_cipher_of,
    outside_of,
    publish_parameters,
    sink_of,
)
from vauban.settings import Settings
from vauban.sockets import admin_socket, edge_sockets
from vauban.storage.sqlite import Site
from vauban.storage.sqlite.searches import ProcessSearcher
from vauban.tls import tls_of
from vauban.worker import Housekeeping, Worker

if TYPE_CHECKING:
    from ssl import SSLContext

STOP_SECONDS = 15.0
"""How long the processes have to end once they are asked to."""
RESTARTS = 5
"""Unforeseen ends within a minute after which the server gives up."""
_BACKLOG = 2048
SEAL_SIGNAL = signal.SIGUSR1
"""Asks the supervisor to forget the keys."""

_SIGNALS = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, SEAL_SIGNAL}

End = Literal["stop", "seal", "crash"]


class StartFailed(Exception):
    """The server cannot start; the message says what to do."""


def serve(settings: Settings) -> int:
    """Serve until told to stop; the exit status. Raises StartFailed."""
    if settings.scratch and settings.workers > 1:
        raise StartFailed("--data memory is one process: leave out --workers")
    protect_process()
    listeners = _listen(settings)
    _require_admin_socket(settings, listeners[0].getsockname()[1])
    _require_outside(settings)
    _require_link_secret(settings)
    return _serve_scratch(settings, listeners[0]) if settings.scratch else Supervisor(settings, listeners).run()


def _require_admin_socket(settings: Settings, port: int) -> None:
    try:
        admin_socket(settings.data, port)
    except OSError as error:
        raise StartFailed(f"there is no place for the commands' socket: {error}") from None


def _require_outside(settings: Settings) -> None:
    try:
        outside_of(settings)
        publish_parameters(settings)
    except (OSError, ValueError) as error:
        raise StartFailed(f"a file that the settings name cannot be used: {error}") from None


def _require_link_secret(settings: Settings) -> None:
    try:
        link_cipher_of(settings)
    except (SealError, ValueError) as error:
        raise StartFailed(f"--link-secret-file: {error}") from None


def _tls(settings: Settings) -> "SSLContext | None":
    try:
        return tls_of(settings)
    except (OSError, ValueError) as error:
        files = f" with {settings.tls_certificate} and {settings.tls_key}" if settings.tls_certificate else ""
        raise StartFailed(f"TLS cannot be served{files}: {error}") from None


def _listen(settings: Settings) -> list[socket.socket]:
    """A listening socket a worker, made before any process is: no start or restart refuses a connection."""
    try:
        probe = bind_tcp(settings.host, settings.port)
        port = probe.getsockname()[1]
        probe.close()
        listeners = [bind_tcp(settings.host, port, shared=True) for _ in range(settings.worker_count)]
        for listener in listeners:
            listener.listen(_BACKLOG)
        return listeners
    except OSError as error:
        raise StartFailed(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}). Is it taken? Choose another --port."
        ) from None


def _serve_scratch(settings: Settings, listener: socket.socket) -> int:
    async def open_vauban() -> Scratch:
        return Scratch(settings)

    housekeeping = Housekeeping(settings, lambda facts: print(banner(settings, facts), flush=True))
    Worker(listener, _tls(settings)).run(open_vauban, housekeeping)
    return 0


class Supervisor:
    """Opens the seal, starts the processes, and starts them anew when one ends unforeseen."""

    def __init__(self, settings: Settings, listeners: list[socket.socket]):
        self._settings = settings
        self._listeners = listeners
        try:
            self._site = Site(settings.directory, all_kinds, release())
        except StorageUnavailable as error:
            raise StartFailed(str(error)) from None
        self._tls = _tls(settings)
        self._buckets = buckets_of(settings)
        self._sealing = Sealing(settings, empty=self._site.empty)

    def run(self) -> int:
        sealer = self._open()
        while sealer is not None:
            edges = self._edges(sealer)
            end = self._run_unsealed(sealer, edges)
            edges.stop()
            if end != "seal":
                return 0 if end == "stop" else 1
            sealer = self._wait_unsealed()
        return 0

    def _run_unsealed(self, sealer: AccountSealer, edges: "_Edges") -> End:
        """Until told to stop or seal, or nothing helps. The edge serves on while all others are started anew."""
        crashes: deque[float] = deque(maxlen=RESTARTS)
        while True:
            match self._run_processes(sealer, edges):
                case "stop" | "seal" as end:
                    edges.end()
                    return end
                case "crash":
                    if len(crashes) == RESTARTS and time.monotonic() - crashes[0] < 60:
                        print("vauban: its processes keep ending; giving up", file=sys.stderr)
                        return "crash"
                    print("vauban: a process of its ended unforeseen; all are started anew", file=sys.stderr)
                    crashes.append(time.monotonic())

    def _edges(self, sealer: AccountSealer) -> "_Edges":
        settings = self._settings
        paths = edge_sockets(settings.data, self._listeners[0].getsockname()[1], settings.edge_count)
        arguments = edge_options(settings), sink_of(settings), sealer, settings.directory / SNAPSHOT
        return _Edges([Process(number, paths, *arguments) for number in range(len(paths))], self._listeners)

    def _open(self) -> AccountSealer | None:
        try:
            return self._sealing.open()
        except MissingSecret:
            return self._wait_unsealed()
        except SealError as error:
            raise StartFailed(f"the seal does not open: {error}") from None

    def _wait_unsealed(self) -> AccountSealer | None:
        return wait_unsealed(self._settings, self._sealing, self._listeners, self._tls)

    def _run_processes(self, sealer: AccountSealer, edges: "_Edges") -> End:
        """Start everything, wait for the end of it, and say which it was."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        edges.revive()
        processes = _Processes()
        self._site.connect(len(self._listeners))
        processes.fork_writer(self._site.write)
        started, tell = os.pipe()
        for number in range(len(self._listeners)):
            processes.fork_worker(lambda life, number=number: self._work(number, sealer, life, tell))
        os.close(tell)
        self._site.forked()
        self._announce(started)
        end = processes.wait(edges)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        return end

    def _work(self, number: int, sealer: AccountSealer, life: int, tell: int) -> None:
        """Be a worker; the first keeps house."""

        async def open_vauban() -> Kept:
            store = await self._site.store(number, sealer, searcher=ProcessSearcher)
            return Kept(self._settings, store, self._site.page, self._buckets)

        housekeeping = None
        if number == 0:
            operations = self._sealing.operations(partial(os.kill, os.getppid(), SEAL_SIGNAL))
            operations |= backups.operations(self._settings.directory)
            housekeeping = Housekeeping(self._settings, partial(_tell, tell), operations)
        else:
            os.close(tell)
        Worker(self._listeners[number], self._tls, life).run(open_vauban, housekeeping)

    def _announce(self, started: int) -> None:
        """Say where and whose the server is, once it answers; nothing where its processes end before."""
        with open(started) as facts:
            line = facts.readline()
        if line:
            print(banner(self._settings, json.loads(line)), flush=True)


def _tell(descriptor: int, facts: dict[str, Any]) -> None:
    os.write(descriptor, json.dumps(facts).encode() + b"\n")
    os.close(descriptor)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended that was not waited for yet."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class _Processes:
    """The writer and the workers, as long as all of them live."""

    def __init__(self) -> None:
        self._workers: set[int] = set()
        self._writer = 0
        self._life, self._held = os.pipe()
        """``_life`` can be read, in every child, once this process has ended."""

    def fork_writer(self, write: Callable[[], None]) -> None:
        """It ends by itself when all workers have."""
        self._writer = _fork(write, self._held)

    def fork_worker(self, work: Callable[[int], None]) -> None:
        """``work`` is given the descriptor that ends with the supervisor."""
        self._workers.add(_fork(lambda: work(self._life), self._held))

    def wait(self, edges: "_Edges") -> End:
        """Until a signal says so, or one of them ends; then all of them are ended. One of the edge's is revived."""
        number = signal.sigwait(_SIGNALS)
        while number == signal.SIGCHLD and not any(map(_has_ended, (*self._workers, self._writer))):
            edges.revive()
            number = signal.sigwait(_SIGNALS)
        for pid in self._workers:
            os.kill(pid, signal.SIGTERM)
        _reap({*self._workers, self._writer})
        os.close(self._life)
        os.close(self._held)
        return "crash" if number == signal.SIGCHLD else "seal" if number == SEAL_SIGNAL else "stop"


class _Edges:
    """The processes of the edge: each by itself, as long as the keys are open."""

    def __init__(self, processes: list[Process], listeners: list[socket.socket]):
        self._processes = processes
        self._listeners = listeners
        self._pids: dict[int, int] = {}
        """Place in the list -> the one that serves there."""
        self._starts: deque[float] = deque(maxlen=RESTARTS * max(1, len(processes)))
        self._life, self._held = os.pipe()
        """``_life`` can be read, in every child, once this process has ended."""

    def revive(self) -> None:
        """Start those that do not run. Of those that keep ending, that is said, and no more are started for a while."""
        for number in range(len(self._processes)):
            pid = self._pids.get(number)
            if pid is not None and not _has_ended(pid):
                continue
            if pid is not None:
                os.waitpid(self._pids.pop(number), 0)
                print("vauban: a process of the edge ended unforeseen", file=sys.stderr)
            if len(self._starts) < self._starts.maxlen or time.monotonic() - self._starts[0] > 60:
                self._starts.append(time.monotonic())
                self._pids[number] = _fork(partial(self._serve, number), self._held)

    def end(self) -> None:
        """Ask them to end."""
        for pid in self._pids.values():
            os.kill(pid, signal.SIGTERM)

    def stop(self) -> None:
        """End them."""
        self.end()
        _reap(set(self._pids.values()))
        os.close(self._life)
        os.close(self._held)

    def _serve(self, number: int) -> None:
        for listener in self._listeners:
            listener.close()
        self._processes[number].run(self._life)


def _fork(work: Callable[[], None], held: int) -> int:
    """A process that does the work, and keeps nobody's life open by ``held``."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.close(held)
        for number in (signal.SIGINT, SEAL_SIGNAL):
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        protect_process()
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _reap(left: set[int]) -> None:
    """Wait for these children; those that do not end in time are killed."""
    deadline = time.monotonic() + STOP_SECONDS
    while left:
        for pid in tuple(left):
            if os.waitpid(pid, os.WNOHANG)[0]:
                left.discard(pid)
            elif time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
