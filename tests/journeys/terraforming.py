"""AWS's Terraform provider, unmodified: the `terraform` command in a directory of its own."""

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from .conftest import ACCOUNT
from .running import Server, environment, eventually

REQUIRED = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
"""

UNHURRIED = {"GOGC": "800"}
"""Go collects its garbage less often: the provider's schema is a large heap that never changes."""


def provider(*services: str) -> str:
    """AWS's provider, with these services where the server is."""
    return REQUIRED + _provider(services, '  region = "us-east-1"\n')


def away(*services: str) -> str:
    """The provider once more, as ``aws.away``: in another Region."""
    return _provider(services, '  alias  = "away"\n  region = "eu-west-1"\n')


def _provider(services: tuple[str, ...], more: str) -> str:
    endpoints = "\n".join(f'    {service} = "%(url)s"' for service in services)
    checks = "" if "sts" in services else "  skip_credentials_validation = true\n  skip_requesting_account_id = true\n"
    return f"""
provider "aws" {{
{more}  access_key = "%(access_key)s"
  secret_key = "%(secret_key)s"
  skip_metadata_api_check = true
{checks}  endpoints {{
{endpoints}
  }}
}}
"""


class Terraform:
    """The `terraform` command in a directory, with the provider from disk."""

    def __init__(self, directory: Path, server: Server, **variables: str):
        """``variables``: what the provider finds in its environment, in this journey alone."""
        self.directory = directory
        self._main = directory / "main.tf"
        self._server = server
        directory.mkdir()
        self._environment = environment(**UNHURRIED, TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1", **variables)
        self._by_itself = bool(variables)

    def write(self, configuration: str) -> None:
        own = self._server.credentials()
        keys = {"access_key": own["AWS_ACCESS_KEY_ID"], "secret_key": own["AWS_SECRET_ACCESS_KEY"]}
        self._main.write_text(configuration % {"url": self._server.url, "account": ACCOUNT, **keys})

    def change(self, old: str, new: str) -> None:
        text = self._main.read_text()
        assert old in text
        self._main.write_text(text.replace(old, new))

    def init(self) -> None:
        """Find the provider. It is started once for all journeys, for its start is most of what a command costs; but
        where it is configured twice, or needs more of its environment, Terraform starts it itself."""
        self("init", *_plugins())
        if self._main.read_text().count('provider "aws"') == 1 and not self._by_itself:
            (binary,) = self.directory.glob(".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws*")
            self._environment["TF_REATTACH_PROVIDERS"] = _running(binary.resolve())

    def apply(self) -> str:
        """What it said of the changes it made; a plan afterwards finds nothing left to change."""
        applied = self("apply", "-auto-approve").stdout
        self("plan", "-detailed-exitcode")
        return applied

    def outputs(self) -> dict[str, Any]:
        return {name: each["value"] for name, each in json.loads(self("output", "-json").stdout).items()}

    def __call__(self, *words: str) -> subprocess.CompletedProcess:
        found = shutil.which("terraform")
        assert found, "these tests need the terraform command"
        more = [] if words[0] in ("output", "show", "state") else ["-input=false", "-no-color"]
        done = subprocess.run(
            [found, words[0], *more, *words[1:]],
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@cache
def _running(binary: Path) -> str:
    """The provider at work, as Terraform is told where it is. It ends with the tests."""
    told = Path(tempfile.mkdtemp()) / "provider"
    with told.open("w") as output:
        quiet = environment(**UNHURRIED, TF_LOG="OFF", TF_LOG_PROVIDER="OFF", TF_LOG_SDK="OFF")
        process = subprocess.Popen([binary, "-debug"], stdout=output, stderr=subprocess.DEVNULL, env=quiet)
    atexit.register(process.terminate)

    def attached() -> str:
        assert process.poll() is None, "the provider ended at once"
        found = re.search(r"TF_REATTACH_PROVIDERS='(.*)'", told.read_text())
        return found[1] if found else ""

    return eventually(attached)


def _plugins() -> list[str]:
    """Where the provider lies on disk; where it does not, `terraform init` asks the registry."""
    places = [*Path("/opt").glob("*/registry.terraform.io"), *Path("/usr/share").glob("*/*/registry.terraform.io")]
    directory = os.environ.get("TERRAFORM_PLUGINS") or (places and places[0].parent)
    return [f"-plugin-dir={directory}"] if directory else []
