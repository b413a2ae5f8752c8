"""Execution environments: a function's processes, warm from one event to the next."""

import json
import logging
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from vauban.outside.functions import memory_groups
from vauban.outside.functions.memory_groups import MemoryGroup
from vauban.outside.functions.programs import LAYERS, TASK, Program, is_custom, program_of
from vauban.outside.functions.runtime_apis import RuntimeApi

log = logging.getLogger("vauban.functions")

INIT_SECONDS = 30.0
NO_PROGRAM = 127
"""How a launcher ends that finds nothing to run."""
MOST_LOG_BYTES = 1024 * 1024
"""Of what a function has written, as much of the end is kept."""
MOST_FILE_BYTES = 512 * 1024 * 1024
MOST_PROCESSES = 1024
SHARED_MB = 64
"""Of ``/dev/shm``."""
_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
_TRUST = "/var/lang/vauban.pem"
_USERS = 1_000_000_000


@dataclass(frozen=True)
class Setting:
    """All that an environment is made of but its code and credentials. What differs in any of it shares no
    environment; variables, which may be costly to know, change with the revision."""

    arn: str
    """Of the function, with its version where that is not ``$LATEST``."""
    name: str
    version: str
    revision: str
    region: str
    runtime: str
    handler: str
    timeout: int
    """Seconds."""
    memory_mb: int
    temporary_mb: int
    variables: tuple[tuple[str, str], ...] = field(repr=False, compare=False)
    log_group: str
    layers: tuple[str, ...] = ()
    """ARNs of their versions, in the order they are laid."""

    @property
    def function(self) -> str:
        """The ARN of the function, whatever the version."""
        return self.arn.removesuffix(f":{self.version}")


@dataclass(frozen=True)
class Archives:
    """What an environment finds in its root: zip archives of the function, and of its layers in their order."""

    code: bytes = field(repr=False)
    layers: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Event:
    request_id: str
    payload: bytes = field(repr=False)
    client_context: str
    now: float
    """Seconds since the epoch, by Vauban's clock: what credentials end by."""
    invoked_arn: str
    most: int | None = None
    """How many invocations the function may have at a time; None where none are reserved for it."""


@dataclass(frozen=True)
class Credentials:
    """The execution role's."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires: float


@dataclass(frozen=True)
class Outcome:
    """What came of an event."""

    payload: bytes
    failed: bool
    log: bytes
    log_stream: str


class Environment:
    """One environment: started once, given one event at a time, ended for good."""

    def __init__(self, setting: Setting, archives: Archives, credentials: Credentials, endpoint: str, trust: str):
        self.setting = setting
        self.expires = credentials.expires
        self.idle_since = time.monotonic()
        self.log_stream = f"{time.strftime('%Y/%m/%d')}/[{setting.version}]{secrets.token_hex(16)}"
        self._log = bytearray()
        self._log_lock = threading.Lock()
        self._ended = threading.Event()
        self._spoiled = False
        self._group: MemoryGroup | None = None
        user = _USERS + secrets.randbelow(_USERS) if os.geteuid() == 0 else os.geteuid()
        self._api = RuntimeApi(user if os.geteuid() == 0 else None)
        self._directory = Path(tempfile.mkdtemp(prefix="vauban-function-"))
        variables = _variables(self, credentials, endpoint, self._api.address)
        if trust:
            variables |= {"AWS_CA_BUNDLE": _TRUST, "NODE_EXTRA_CA_CERTS": _TRUST}
        self._process = self._start(archives, user, variables, trust)
        threading.Thread(target=self._read_log, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return not (self._spoiled or self._ended.is_set())

    def handle(self, event: Event) -> Outcome:
        """Have the function handle an event; whatever goes wrong with it is an outcome too."""
        begun = time.monotonic()
        self._write(f"START RequestId: {event.request_id} Version: {self.setting.version}\n")
        if self._api.wait_asked(begun + INIT_SECONDS):
            begun = time.monotonic()
            payload, failed = self._answered(event, begun + self.setting.timeout)
        else:
            payload, failed = self._failed_start(event.request_id), True
        self._finish(event.request_id, time.monotonic() - begun)
        return Outcome(payload, failed, self._taken_log(), self.log_stream)

    def end(self) -> None:
        """Its processes die with the launcher."""
        self._process.kill()
        self._ended.wait(5.0)
        if self._group is not None:
            self._group.close()
        self._api.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _kill(self) -> None:
        self._spoiled = True
        self._process.kill()

    def _answered(self, event: Event, until: float) -> tuple[bytes, bool]:
        self._api.give(event.request_id, _headers(event, self.setting.timeout), event.payload)
        answer = self._api.wait_answer(until)
        if answer is not None:
            return answer.payload, answer.failed
        if not self._ended.wait(0 if time.monotonic() >= until else 1.0):
            self._kill()
            return self._timed_out(event.request_id), True
        return self._exited(event.request_id), True

    def _failed_start(self, request_id: str) -> bytes:
        if self._api.init_error is not None:
            self._kill()
            return self._api.init_error.payload
        if self._ended.wait(0):
            return self._exited(request_id)
        self._kill()
        return _error(
            "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {INIT_SECONDS:.2f} seconds"
        )

    def _timed_out(self, request_id: str) -> bytes:
        words = f"Task timed out after {self.setting.timeout:.2f} seconds"
        self._write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')}Z {request_id} {words}\n\n")
        return _error("Sandbox.Timedout", f"RequestId: {request_id} Error: {words}")

    def _exited(self, request_id: str) -> bytes:
        code = self._process.wait()
        if code == NO_PROGRAM and not self._has_bootstrap():
            return self._without_bootstrap(request_id)
        how = f"exit status {code}" if 0 <= code < 128 else f"signal: {_signal(abs(code) % 128)}"
        words = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
        if code == 0:
            words = f"RequestId: {request_id} Error: Runtime exited without providing a reason"
        self._write(f"{words}\nRuntime.ExitError\n")
        return _error("Runtime.ExitError", words)

    def _has_bootstrap(self) -> bool:
        return not is_custom(self.setting.runtime) or any(
            (self._directory / each / "bootstrap").exists() for each in ("task", "layers")
        )

    def _without_bootstrap(self, request_id: str) -> bytes:
        places = f"[{TASK}/bootstrap {LAYERS}/bootstrap]"
        words = f"RequestId: {request_id} Error: Couldn't find valid bootstrap(s): {places}"
        self._write(f"{words}\nRuntime.InvalidEntrypoint\n")
        return _error("Runtime.InvalidEntrypoint", words)

    def _start(self, archives: Archives, user: int, variables: Mapping[str, str], trust: str) -> subprocess.Popen:
        task, layers, root = (self._directory / name for name in ("task", "layers", "root"))
        root.mkdir()
        unpack(task, archives.code)
        unpack(layers, *archives.layers)
        program = program_of(self.setting.runtime, self.setting.handler, self.setting.memory_mb, task)
        told = {
            "parent": os.getpid(),
            "memory_group": self._enter_group(program),
            "root": str(root),
            "shown": program.shown,
            "bound": [
                (str(task), TASK),
                (str(layers), LAYERS),
                *program.bound,
                *([(trust, _TRUST)] if trust else []),
            ],
            "temporary_mb": self.setting.temporary_mb,
            "shared_mb": SHARED_MB,
            "limits": _limits(self.setting, program),
            "user": user,
            "program": program.command,
            "environment": {**program.variables, **variables},
        }
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", _LAUNCHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={},
        )
        process.stdin.write(json.dumps(told).encode())
        process.stdin.close()
        return process

    def _enter_group(self, program: Program) -> str:
        """Where its processes enter the group that bounds them all, and what they keep in memory; empty without."""
        if not memory_groups.bounds():
            return ""
        megabytes = self.setting.memory_mb + program.headroom_mb + self.setting.temporary_mb + SHARED_MB
        self._group = MemoryGroup(megabytes * 1024 * 1024)
        return self._group.door

    def _read_log(self) -> None:
        """Until nobody is left who could write."""
        while part := os.read(self._process.stdout.fileno(), 65536):
            with self._log_lock:
                self._log += part.replace(b"\r", b"\n")
                del self._log[:-MOST_LOG_BYTES]
        self._process.wait()
        self._process.stdout.close()
        self._ended.set()
        self._api.stop_waiting()

    def _write(self, text: str) -> None:
        with self._log_lock:
            self._log += text.encode()

    def _finish(self, request_id: str, seconds: float) -> None:
        """What was written before the answer has to be read before the end is told of."""
        time.sleep(0.002)
        if not self.is_alive:
            self._ended.wait(1.0)
        with self._log_lock:
            if self._log and not self._log.endswith(b"\n"):
                self._log += b"\n"
        billed = max(int(seconds * 1000 + 0.999), 1)
        self._write(
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {seconds * 1000:.2f} ms\t"
            f"Billed Duration: {billed} ms\tMemory Size: {self.setting.memory_mb} MB\t"
            f"Max Memory Used: {self._most_memory_mb()} MB\t\n"
        )

    def _most_memory_mb(self) -> int:
        """Of its first process, as proc_pid_status(5) tells it; all that it may have where that process is gone."""
        try:
            function = _child(_child(self._process.pid))
            status = Path(f"/proc/{function}/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) // 1024
        except (OSError, IndexError):
            return self.setting.memory_mb

    def _taken_log(self) -> bytes:
        with self._log_lock:
            taken = bytes(self._log)
            self._log.clear()
        return taken


def unpack(into: Path, *archives: bytes) -> None:
    """Zip archives' files, as anybody may read and run them; those of the last lie on top."""
    into.mkdir()
    for each in archives:
        with zipfile.ZipFile(BytesIO(each)) as archive:
            archive.extractall(into)
    for each in into.rglob("*"):
        if not each.is_symlink():
            each.chmod(0o755)
    into.chmod(0o755)


def _limits(setting: Setting, program: Program) -> dict[str, int]:
    memory = (setting.memory_mb + program.headroom_mb) * 1024 * 1024
    return {
        "RLIMIT_DATA": memory,
        "RLIMIT_NPROC": MOST_PROCESSES if os.geteuid() == 0 else resource.getrlimit(resource.RLIMIT_NPROC)[0],
        "RLIMIT_NOFILE": 1024,
        "RLIMIT_FSIZE": MOST_FILE_BYTES,
        "RLIMIT_CORE": 0,
    }


def _variables(environment: Environment, credentials: Credentials, endpoint: str, api: str) -> dict[str, str]:
    """Source: Lambda Developer Guide, "Defined runtime environment variables"."""
    setting = environment.setting
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "LD_LIBRARY_PATH": "/var/task:/var/task/lib:/opt/lib",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/tmp",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{setting.runtime}",
        **dict(setting.variables),
        "_HANDLER": setting.handler,
        "_X_AMZN_TRACE_ID": "",
        "AWS_REGION": setting.region,
        "AWS_DEFAULT_REGION": setting.region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
        "AWS_SESSION_TOKEN": credentials.session_token,
        "AWS_LAMBDA_FUNCTION_NAME": setting.name,
        "AWS_LAMBDA_FUNCTION_VERSION": setting.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(setting.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": setting.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": environment.log_stream,
        "AWS_LAMBDA_RUNTIME_API": api,
        "LAMBDA_TASK_ROOT": TASK,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }


def _headers(event: Event, timeout: int) -> dict[str, str]:
    headers = {
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + timeout) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": event.invoked_arn,
    }
    if event.client_context:
        headers["Lambda-Runtime-Client-Context"] = event.client_context
    return headers


def _child(process: int) -> int:
    return int(Path(f"/proc/{process}/task/{process}/children").read_text().split()[0])


def _signal(number: int) -> str:
    return {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}.get(number, str(number))


def _error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
