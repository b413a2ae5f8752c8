"""Functions of customers, run: a pool of environments, kept warm for a while.

Handlers get here by ``call.outside(invoke, …)``: off the loop, so that a function may call Vauban while its caller
waits for it.
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from vauban.kernel.errors import WorkFailed
from vauban.outside.functions.environments import Archives, Credentials, Environment, Event, Outcome, Setting
from vauban.outside.functions.slots import Slots

if TYPE_CHECKING:
    from vauban.outside import Outside

IDLE_SECONDS = 300.0
PATIENCE_SECONDS = 0.1
"""How long it is waited at a time for what has been begun."""
MOST_ENVIRONMENTS = 32
"""Of one process."""
_SWEEP_SECONDS = 15.0


class NotWarm(WorkFailed):
    """No environment is there for the event: one has to be started."""


class Crowded(WorkFailed):
    """There are as many environments at work as there may be."""


class Unfinished(WorkFailed):
    """The function is still at it."""


class Lost(WorkFailed):
    """Nobody is at it any more: the process that was has ended."""


class CannotIsolate(WorkFailed):
    """The host does not let functions be kept apart from it."""


class Functions:
    """The environments of one process."""

    def __init__(self) -> None:
        self._endpoint = ""
        self._trust = ""
        self._idle: list[Environment] = []
        self._busy: set[Environment] = set()
        self._lock = threading.Lock()
        self._sweeper: threading.Thread | None = None
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(MOST_ENVIRONMENTS, thread_name_prefix="function")
        """For events that nobody waits for."""
        self._begun: dict[str, Future[Outcome]] = {}
        self.slots = Slots()

    def reach(self, endpoint: str, trust: str) -> None:
        """Say where functions find Vauban, and the file with whom they have to trust then, if it needs one."""
        self._endpoint, self._trust = endpoint, trust

    def warm(self, setting: Setting, now: float) -> Environment:
        """Raises NotWarm."""
        with self._lock:
            for each in self._idle:
                if each.setting == setting and each.is_alive and each.expires > now + setting.timeout:
                    self._idle.remove(each)
                    self._busy.add(each)
                    return each
        raise NotWarm

    def started(self, setting: Setting, archives: Archives, credentials: Credentials) -> Environment:
        """Raises Crowded or CannotIsolate."""
        if not isolates():
            raise CannotIsolate
        self._make_room()
        environment = Environment(setting, archives, credentials, self._endpoint, self._trust)
        with self._lock:
            self._busy.add(environment)
            if self._sweeper is None:
                self._sweeper = threading.Thread(target=self._sweep, daemon=True)
                self._sweeper.start()
        return environment

    def handled(self, environment: Environment, event: Event, slot: int | None) -> Outcome:
        try:
            return environment.handle(event)
        finally:
            self._put_back(environment)
            self.slots.give_back(slot)

    def begin(self, environment: Environment, event: Event, slot: int | None) -> None:
        """Have an event handled while nobody waits; ``ended`` tells what came of it."""
        self._begun[event.request_id] = self._threads.submit(self.handled, environment, event, slot)

    def given(
        self, setting: Setting, event: Event, started: Callable[[], Environment]
    ) -> tuple[Environment, int | None]:
        """An environment for an event, and the slot of its function that it takes.

        Raises Full, and what ``started`` does.
        """
        slot = self.slots.take(setting.function, event.most)
        try:
            return started(), slot
        except WorkFailed:
            self.slots.give_back(slot)
            raise

    def ended(self, request_id: str) -> Outcome:
        """Raises Unfinished or Lost. An outcome is given once."""
        begun = self._begun.get(request_id)
        if begun is None:
            raise Lost
        try:
            outcome = begun.result(PATIENCE_SECONDS)
        except TimeoutError:
            raise Unfinished from None
        del self._begun[request_id]
        return outcome

    def close(self) -> None:
        """End them all."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            ending, self._idle = [*self._idle, *self._busy], []
        for each in ending:
            each.end()
        self.slots.close()

    def _put_back(self, environment: Environment) -> None:
        environment.idle_since = time.monotonic()
        with self._lock:
            self._busy.discard(environment)
            keeps = environment.is_alive and not self._closed.is_set()
            if keeps:
                self._idle.append(environment)
        if not keeps:
            environment.end()

    def _make_room(self) -> None:
        """Who has been idle longest makes room."""
        with self._lock:
            if len(self._busy) >= MOST_ENVIRONMENTS:
                raise Crowded
            full = len(self._busy) + len(self._idle) >= MOST_ENVIRONMENTS
            ending = self._idle.pop(0) if full else None
        if ending is not None:
            ending.end()

    def _sweep(self) -> None:
        while not self._closed.wait(_SWEEP_SECONDS):
            oldest = time.monotonic() - IDLE_SECONDS
            with self._lock:
                ending = [each for each in self._idle if each.idle_since < oldest or not each.is_alive]
                self._idle = [each for each in self._idle if each not in ending]
            for each in ending:
                each.end()


def invoke(outside: "Outside", setting: Setting, event: Event) -> Outcome:
    """Have a warm environment handle an event. Raises NotWarm or Full."""
    functions = outside.functions
    environment, slot = functions.given(setting, event, lambda: functions.warm(setting, event.now))
    return functions.handled(environment, event, slot)


def invoke_anew(
    outside: "Outside", setting: Setting, event: Event, archives: Archives, credentials: Credentials
) -> Outcome:
    """Start an environment, and have it handle an event. Raises Crowded, Full or CannotIsolate."""
    functions = outside.functions
    environment, slot = functions.given(setting, event, lambda: functions.started(setting, archives, credentials))
    return functions.handled(environment, event, slot)


def begin(outside: "Outside", setting: Setting, event: Event) -> None:
    """``invoke``, not waited for."""
    functions = outside.functions
    environment, slot = functions.given(setting, event, lambda: functions.warm(setting, event.now))
    functions.begin(environment, event, slot)


def begin_anew(
    outside: "Outside", setting: Setting, event: Event, archives: Archives, credentials: Credentials
) -> None:
    """``invoke_anew``, not waited for."""
    functions = outside.functions
    environment, slot = functions.given(setting, event, lambda: functions.started(setting, archives, credentials))
    functions.begin(environment, event, slot)


def ended(outside: "Outside", request_id: str) -> Outcome:
    """What came of an event that was begun. Raises Unfinished or Lost."""
    return outside.functions.ended(request_id)


@cache
def isolates() -> bool:
    """Whether the host lets a process have namespaces of its own."""
    unshare = shutil.which("unshare")
    if sys.platform != "linux" or unshare is None:
        return False
    own = ["--mount", "--pid", "--ipc", "--fork"]
    alone = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return subprocess.run([unshare, *alone, *own, "true"], check=False, capture_output=True).returncode == 0
