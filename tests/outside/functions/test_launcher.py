"""What stands between Vauban and a function's processes."""

import json
import os
import subprocess
import sys

from vauban.outside.functions import environments


def test_whose_parent_has_ended_already_runs_nothing():
    told = {"parent": os.getpid() + 1, "root": "/nowhere"}
    started = [sys.executable, "-I", "-S", environments._LAUNCHER]
    done = subprocess.run(started, input=json.dumps(told), capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
