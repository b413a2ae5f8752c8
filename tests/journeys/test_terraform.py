"""AWS's Terraform provider, unmodified: apply, an empty plan, destroy."""

from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("kms")
    + """
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
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    terraform = Terraform(tmp_path / "terraform", server)
    server.credentials("--user", "orders")
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
    terraform.write(provider("kms") + IMPORTS % {"key": key, "grant": grant})
    terraform.init()
    applied = terraform.apply()
    assert "3 imported, 0 added" in applied
    assert "0 destroyed" in applied
    assert [each["KeyId"] for each in kms.list_keys()["Keys"]] == [key]
