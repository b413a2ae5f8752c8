"""AWS's Terraform provider, unmodified: apply, an empty plan, destroy."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
  is_enabled               = false
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
output "alias_target" { value = data.aws_kms_alias.orders.target_key_id }
output "spec" { value = data.aws_kms_key.orders.key_spec }
output "public_key" { value = data.aws_kms_public_key.signing.public_key_pem }
"""


class Terraform:
    """The `terraform` command in a directory, with the provider from disk."""

    def __init__(self, directory: Path, environment: dict[str, str]):
        self.directory = directory
        self.environment = {**os.environ, **environment, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

    def __call__(self, *words: str, ok: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [_terraform(), *words],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode in ok, done.stdout + done.stderr
        return done


def _terraform() -> str:
    found = shutil.which("terraform")
    assert found, "these tests need the terraform command"
    return found


def _plugins() -> list[str]:
    """Where the provider lies on disk; where it does not, `terraform init` asks the registry."""
    places = [*Path("/opt").glob("*/registry.terraform.io"), *Path("/usr/share").glob("*/*/registry.terraform.io")]
    directory = os.environ.get("TERRAFORM_PLUGINS") or (places and places[0].parent)
    return [f"-plugin-dir={directory}"] if directory else []


@pytest.fixture
def terraform(make_server, tmp_path: Path) -> Terraform:
    account = "111122223333"
    server = make_server("--account", f"{account}=AKIAJOURNEYTERRAFORM:{'s' * 40}")
    directory = tmp_path / "terraform"
    directory.mkdir()
    (directory / "main.tf").write_text(CONFIGURATION % {"url": server.url, "account": account})
    terraform = Terraform(directory, {**server.credentials(), "AWS_REGION": "us-east-1"})
    terraform("init", "-input=false", *_plugins())
    return terraform


def test_keys_aliases_grants_and_policies_apply_plan_empty_and_are_destroyed(terraform):
    terraform("apply", "-auto-approve", "-input=false")
    outputs = {name: each["value"] for name, each in json.loads(terraform("output", "-json").stdout).items()}
    assert outputs["opened"] == "correct horse"
    assert outputs["spec"] == "SYMMETRIC_DEFAULT"
    assert outputs["public_key"].startswith("-----BEGIN PUBLIC KEY-----")

    terraform("plan", "-detailed-exitcode", "-input=false")
    terraform("destroy", "-auto-approve", "-input=false")


def test_what_is_changed_in_the_configuration_is_changed_in_place(terraform):
    terraform("apply", "-auto-approve", "-input=false")
    main = terraform.directory / "main.tf"
    changed = main.read_text().replace("rotation_period_in_days = 180", "rotation_period_in_days = 90")
    main.write_text(changed.replace('team = "orders"', 'team = "billing"').replace("is_enabled               = false", ""))
    applied = terraform("apply", "-auto-approve", "-input=false")
    assert "0 destroyed" in applied.stdout
    terraform("plan", "-detailed-exitcode", "-input=false")
