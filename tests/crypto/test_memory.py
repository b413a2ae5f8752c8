import ctypes
import subprocess
import sys

PR_GET_DUMPABLE = 3
PROGRAM = """
import ctypes, resource
from vauban.crypto.memory import protect_process
held = protect_process()
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
large = [bytes(1 << 20) for _ in range(32)]
status = open('/proc/self/status').read() if 'locked' in held else ''
locked = [line for line in status.splitlines() if line.startswith('VmLck')]
print(*held, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *locked)
"""


def test_a_protected_process_leaves_no_core_and_cannot_be_looked_into() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True).stdout.split()
    assert "no-core-dumps" in said
    assert ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
    if sys.platform == "linux":
        assert "not-dumpable" in said
        assert "0" in said
    if "locked" in said:
        assert int(said[said.index("VmLck:") + 1]) > 32 * 1024


def test_memory_is_not_locked_under_a_bound_that_would_starve_the_process() -> None:
    program = "import resource; resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536));"
    program += "from vauban.crypto import memory; memory._has_capability = lambda number: False;"
    program += "print(*memory.protect_process()); large = bytes(1 << 24)"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert "locked" not in said
    assert "no-core-dumps" in said
