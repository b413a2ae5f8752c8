"""AWS's Terraform provider, unmodified: the `terraform` command in a directory of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .conftest import ACCOUNT
from .running import Server, environment

REQUIRED = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
"""


def provider(*services: str) -> str:
    """AWS's provider, with these services where the server is."""
    return REQUIRED + _provider(services)


def away(*services: str) -> str:
    """The provider once more, as ``aws.away``: in another Region."""
    return _provider(services, '  alias  = "away"\n  region = "eu-west-1"\n')


def _provider(services: tuple[str, ...], more: str = "") -> str:
    endpoints = "\n".join(f'    {service} = "%(url)s"' for service in services)
    checks = "" if "sts" in services else "  skip_credentials_validation = true\n  skip_requesting_account_id = true\n"
    return f"""
provider "aws" {{
{more}  skip_metadata_api_check = true
{checks}  endpoints {{
{endpoints}
  }}
}}
"""


class Terraform:
    """The `terraform` command in a directory, with the provider from disk."""

    def __init__(self, directory: Path, server: Server):
        self.directory = directory
        self._main = directory / "main.tf"
        self._server = server
        directory.mkdir()
        variables = {"AWS_REGION": "us-east-1", "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self._environment = environment(**server.credentials(), **variables)

    def write(self, configuration: str) -> None:
        self._main.write_text(configuration % {"url": self._server.url, "account": ACCOUNT})

    def change(self, old: str, new: str) -> None:
        text = self._main.read_text()
        assert old in text
        self._main.write_text(text.replace(old, new))

    def init(self) -> None:
        self("init", *_plugins())

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


def _plugins() -> list[str]:
    """Where the provider lies on disk; where it does not, `terraform init` asks the registry."""
    places = [*Path("/opt").glob("*/registry.terraform.io"), *Path("/usr/share").glob("*/*/registry.terraform.io")]
    directory = os.environ.get("TERRAFORM_PLUGINS") or (places and places[0].parent)
    return [f"-plugin-dir={directory}"] if directory else []
