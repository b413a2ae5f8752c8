"""The AWS SDK for JavaScript, version 3, from npm, in Node.js."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .running import Server, environment

PACKAGE = "@aws-sdk/client-kms@3"


@pytest.fixture(scope="session")
def modules() -> Path:
    """A directory with `node_modules`, fetched once into the user's cache directory; whole or not there at all."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vauban-tests"
    kept = root / "javascript-client-kms-3"
    if not kept.is_dir():
        if shutil.which("npm") is None:
            subprocess.run(["apt-get", "install", "--yes", "--quiet", "nodejs", "npm"], check=True, capture_output=True)
        staging = root / f".fetching-javascript-{os.getpid()}"
        staging.mkdir(parents=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(staging), PACKAGE]
        subprocess.run(command, check=True, capture_output=True)
        try:
            staging.rename(kept)
        except OSError:
            # Another worker was faster.
            shutil.rmtree(staging)
    return kept


@pytest.fixture
def seen(server: Server, modules: Path, tmp_path: Path) -> dict:
    """What the program saw."""
    program = tmp_path / "sdk.mjs"
    shutil.copy(Path(__file__).with_name("sdk.mjs"), program)
    (tmp_path / "node_modules").symlink_to(modules / "node_modules")
    variables = environment(**server.credentials(), AWS_REGION="us-east-1")
    done = subprocess.run(["node", str(program)], env=variables, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_node_program_encrypts_signs_pages_and_is_refused(seen):
    assert seen["description"] == "from Node.js ✓"
    assert seen["created"]
    assert (seen["opened"], seen["openedBy"], seen["dataKey"]) == ("attack at dawn", True, True)
    assert (seen["verified"], seen["verifiedByKms"]) == (True, True)
    assert [len(page) for page in seen["pages"]] == [3, 3, 1]
    refusals = {
        "flipped": "InvalidCiphertextException",
        "wrongContext": "InvalidCiphertextException",
        "unknownKey": "NotFoundException",
        "wrongSignature": "KMSInvalidSignatureException",
        "disabled": "DisabledException",
    }
    for name, error in refusals.items():
        assert seen[name] == {"name": error, "status": 400, "requestId": True}
    assert seen["stranger"] == "UnrecognizedClientException"
