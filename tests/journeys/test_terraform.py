"""AWS's Terraform provider, unmodified: apply, an empty plan, destroy."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import ACCOUNT
from .running import Server, environment

CONFIGURATION = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { kms = "%(url)s" }
}

resource "aws_kms_key" "orders" {
  description             = "orders"
  enable_key_rotation     = true
  rotation_period_in_days = 180
  deletion_window_in_days = 7
  tags                    = { team = "orders" }
}

resource "aws_kms_key" "signing" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "sums" {
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
  deletion_window_in_days  = 7
}

resource "aws_kms_alias" "orders" {
  name          = "alias/orders"
  target_key_id = aws_kms_key.orders.key_id
}

resource "aws_kms_key_policy" "orders" {
  key_id = aws_kms_key.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Id      = "orders"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::%(account)s:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_grant" "orders" {
  name              = "orders-app"
  key_id            = aws_kms_key.orders.key_id
  grantee_principal = "arn:aws:iam::%(account)s:user/orders"
  operations        = ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints { encryption_context_equals = { Department = "Finance" } }
}

resource "aws_kms_ciphertext" "password" {
  key_id    = aws_kms_key.orders.key_id
  plaintext = "correct horse"
  context   = { role = "admin" }
}

data "aws_kms_alias" "orders" {
  name       = aws_kms_alias.orders.name
}

data "aws_kms_key" "orders" {
  key_id = aws_kms_alias.orders.name
}

data "aws_kms_public_key" "signing" {
  key_id = aws_kms_key.signing.key_id
}

data "aws_kms_secrets" "password" {
  secret {
    name    = "password"
    payload = aws_kms_ciphertext.password.ciphertext_blob
    context = { role = "admin" }
  }
}

output "opened" {
  value     = data.aws_kms_secrets.password.plaintext["password"]
  sensitive = true
}
output "alias_target_arn" { value = data.aws_kms_alias.orders.target_key_arn }
output "arn" { value = data.aws_kms_key.orders.arn }
output "spec" { value = data.aws_kms_key.orders.key_spec }
output "public_key" { value = data.aws_kms_public_key.signing.public_key_pem }
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


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    return terraform


def test_everything_is_made_found_unchanged_changed_in_place_replaced_and_destroyed(terraform: Terraform):
    applied = terraform.apply()
    assert "7 added, 0 changed, 0 destroyed" in applied
    outputs = terraform.outputs()
    assert outputs["opened"] == "correct horse"
    assert outputs["spec"] == "SYMMETRIC_DEFAULT"
    assert outputs["arn"] == outputs["alias_target_arn"]
    assert outputs["public_key"].startswith("-----BEGIN PUBLIC KEY-----")

    terraform.change("rotation_period_in_days = 180", "rotation_period_in_days = 90")
    terraform.change('team = "orders"', 'team = "billing"')
    terraform.change('"ECC_NIST_P256"', '"ECC_NIST_P384"')
    assert "1 added, 1 changed, 1 destroyed" in terraform.apply()
    assert terraform.outputs()["public_key"] != outputs["public_key"]

    assert "7 destroyed" in terraform("destroy", "-auto-approve").stdout


IMPORTS = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { kms = "%%(url)s" }
}

import {
  to = aws_kms_key.ledger
  id = "%(key)s"
}

import {
  to = aws_kms_alias.ledger
  id = "alias/ledger"
}

import {
  to = aws_kms_grant.ledger
  id = "%(key)s:%(grant)s"
}

resource "aws_kms_key" "ledger" {
  description             = "made by hand"
  deletion_window_in_days = 7
  tags                    = { team = "ledger" }
}

resource "aws_kms_alias" "ledger" {
  name          = "alias/ledger"
  target_key_id = aws_kms_key.ledger.key_id
}

resource "aws_kms_grant" "ledger" {
  key_id            = aws_kms_key.ledger.key_id
  grantee_principal = "arn:aws:iam::%%(account)s:user/ledger"
  operations        = ["Encrypt"]
}
"""


def test_what_was_made_by_hand_is_imported_and_nothing_is_made_anew(server: Server, tmp_path: Path):
    kms = server.client("kms")
    server.credentials("--user", "ledger")
    tags = [{"TagKey": "team", "TagValue": "ledger"}]
    key = kms.create_key(Description="made by hand", Tags=tags)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/ledger", TargetKeyId=key)
    grantee = f"arn:aws:iam::{ACCOUNT}:user/ledger"
    grant = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"])["GrantId"]

    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(IMPORTS % {"key": key, "grant": grant})
    terraform.init()
    applied = terraform.apply()
    assert "3 imported, 0 added" in applied
    assert "0 destroyed" in applied
    assert [each["KeyId"] for each in kms.list_keys()["Keys"]] == [key]
