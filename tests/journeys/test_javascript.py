"""The AWS SDK for JavaScript, version 3, from npm, in Node.js."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from .node import node_modules
from .running import Server, environment


@pytest.fixture(scope="session")
def modules() -> Path:
    return node_modules("client-kms-3", "@aws-sdk/client-kms@3")


@pytest.fixture
def seen(server: Server, modules: Path, tmp_path: Path) -> dict:
    """What the program saw."""
    program = tmp_path / "sdk.mjs"
    shutil.copy(Path(__file__).with_name("sdk.mjs"), program)
    (tmp_path / "node_modules").symlink_to(modules)
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
