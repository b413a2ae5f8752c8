"""What runs a function, by its runtime: the program, what it is shown of the host, and where it looks for code.

Source: Lambda Developer Guide, "Lambda runtimes" and "Packaging your layer content".
"""

import re
import shutil
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TASK, LAYERS = "/var/task", "/opt"
_NODE_RUNTIME = Path(__file__).with_name("runtime.mjs")
_NODE_IN_ROOT = "/var/runtime/index.mjs"
_PYTHON = re.compile(r"python3\.\d+")
_NODE = re.compile(r"nodejs(\d+)\.x")
_OLDEST_NODE = 18
_CUSTOM = frozenset({"provided.al2", "provided.al2023"})


@dataclass(frozen=True)
class Program:
    command: tuple[str, ...]
    shown: tuple[str, ...] = ()
    """The host's directories that it needs."""
    bound: tuple[tuple[str, str], ...] = ()
    """Files of the host, and where it sees them."""
    variables: dict[str, str] = field(default_factory=dict)
    headroom_mb: int = 96
    """What it needs besides the memory that the function is said to have."""


def knows(runtime: str) -> bool:
    """Whether there is such a runtime on some host; ``node`` says whether Node.js's are on this one."""
    node = _NODE.fullmatch(runtime)
    return bool(_PYTHON.fullmatch(runtime)) or is_custom(runtime) or (node is not None and int(node[1]) >= _OLDEST_NODE)


def is_custom(runtime: str) -> bool:
    """Whether it is a program that its owner brings."""
    return runtime in _CUSTOM


def is_node(runtime: str) -> bool:
    return runtime.startswith("nodejs")


@cache
def node() -> str | None:
    """The host's Node.js."""
    found = shutil.which("node")
    return str(Path(found).resolve()) if found else None


def program_of(runtime: str, handler: str, memory_mb: int, task: Path) -> Program:
    """``task`` is where the function's code is."""
    if is_node(runtime):
        return _node_program(runtime, memory_mb)
    if is_custom(runtime):
        own = (task / "bootstrap").exists()
        return Program((f"{TASK if own else LAYERS}/bootstrap",))
    return _python_program(runtime, handler)


def _python_program(runtime: str, handler: str) -> Program:
    shown = sorted({str(Path(each).resolve()) for each in (sys.prefix, sys.base_prefix)})
    versions = dict.fromkeys((runtime, f"python3.{sys.version_info.minor}"))
    places = [f"{LAYERS}/python", *(f"{LAYERS}/python/lib/{version}/site-packages" for version in versions)]
    variables = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ":".join(places)}
    return Program((sys.executable, "-m", "awslambdaric", handler), tuple(shown), variables=variables)


def _node_program(runtime: str, memory_mb: int) -> Program:
    """Node.js takes address space for its threads' stacks, and code and young objects come on top of the heap."""
    found = node() or "node"
    shown = () if found.startswith("/usr/") else (str(Path(found).parent.parent),)
    version = _NODE.fullmatch(runtime)[1]
    places = (f"{LAYERS}/nodejs/node{version}/node_modules", f"{LAYERS}/nodejs/node_modules", TASK)
    return Program(
        (found, f"--max-old-space-size={memory_mb}", _NODE_IN_ROOT),
        shown,
        ((str(_NODE_RUNTIME), _NODE_IN_ROOT),),
        {"NODE_PATH": ":".join(places)},
        headroom_mb=512,
    )
