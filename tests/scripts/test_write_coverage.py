import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_what_the_documents_say_is_covered_is_what_the_code_covers():
    """`make docs` writes it."""
    command = [sys.executable, ROOT / "scripts/write_coverage.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
