"""SoftHSM, whose tokens are in a directory of the test's."""

import os
import subprocess
from pathlib import Path

from .debian import install

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


def tokens_in(place: Path, pins: dict[str, str]) -> dict[str, str]:
    """Make tokens, by label and PIN; the environment in which they are found."""
    if not LIBRARY.exists():
        install("softhsm2")
    (place / "tokens").mkdir()
    configuration = place / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {place}/tokens\nobjectstore.backend = file\n")
    variables = {"SOFTHSM2_CONF": str(configuration)}
    for label, pin in pins.items():
        options = ("--label", label, "--pin", pin, "--so-pin", "5678")
        command = ["softhsm2-util", "--init-token", "--free", *options]
        subprocess.run(command, env={**os.environ, **variables}, check=True, capture_output=True)
    return variables
