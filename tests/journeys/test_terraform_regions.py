"""Multi-Region keys by AWS's Terraform provider: generated and imported material, a replica of each."""

import base64
import os
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, away, provider

CONFIGURATION = (
    provider("kms")
    + away("kms")
    + """
resource "aws_kms_key" "orders" {
  description             = "orders"
  multi_region            = true
  enable_key_rotation     = true
  deletion_window_in_days = 7
}

resource "aws_kms_replica_key" "orders" {
  provider                = aws.away
  description             = "orders, away"
  primary_key_arn         = aws_kms_key.orders.arn
  deletion_window_in_days = 7
  tags                    = { team = "orders" }
}

resource "aws_kms_alias" "away" {
  provider      = aws.away
  name          = "alias/orders"
  target_key_id = aws_kms_replica_key.orders.key_id
}

resource "aws_kms_external_key" "own" {
  description             = "of our own making"
  multi_region            = true
  enabled                 = true
  key_material_base64     = "MATERIAL"
  deletion_window_in_days = 7
}

resource "aws_kms_replica_external_key" "own" {
  provider                = aws.away
  primary_key_arn         = aws_kms_external_key.own.arn
  enabled                 = true
  key_material_base64     = "MATERIAL"
  deletion_window_in_days = 7
}

resource "aws_kms_external_key" "single" {
  description             = "in one Region"
  key_material_base64     = "MATERIAL"
  deletion_window_in_days = 7
}

resource "aws_kms_ciphertext" "here" {
  key_id    = aws_kms_key.orders.key_id
  plaintext = "correct horse"
  depends_on = [aws_kms_replica_key.orders]
}

data "aws_kms_secrets" "there" {
  provider = aws.away
  secret {
    name    = "password"
    payload = aws_kms_ciphertext.here.ciphertext_blob
  }
}

data "aws_kms_key" "away" {
  provider = aws.away
  key_id   = aws_kms_alias.away.name
}

output "opened" {
  value     = data.aws_kms_secrets.there.plaintext["password"]
  sensitive = true
}
output "type" { value = data.aws_kms_key.away.multi_region_configuration[0].multi_region_key_type }
output "primary" { value = data.aws_kms_key.away.multi_region_configuration[0].primary_key[0].region }
output "rotated" { value = aws_kms_replica_key.orders.key_rotation_enabled }
output "states" {
  value = [aws_kms_external_key.own.key_state, aws_kms_replica_external_key.own.key_state]
}
""".replace("MATERIAL", base64.b64encode(os.urandom(32)).decode())
)


@pytest.fixture
def terraform(make_server, tmp_path: Path) -> Terraform:
    server: Server = make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}", "--workers", "2")
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    return terraform


def test_related_keys_are_made_found_unchanged_changed_in_place_and_destroyed(terraform: Terraform):
    assert "7 added, 0 changed, 0 destroyed" in terraform.apply()
    outputs = terraform.outputs()
    assert outputs["opened"] == "correct horse"
    assert (outputs["type"], outputs["primary"], outputs["rotated"]) == ("REPLICA", "us-east-1", True)
    assert outputs["states"] == ["Enabled", "Enabled"]

    terraform.change('"orders, away"', '"orders, far away"')
    terraform.change('team = "orders"', 'team = "billing"')
    assert "0 added, 1 changed, 0 destroyed" in terraform.apply()

    assert "7 destroyed" in terraform("destroy", "-auto-approve").stdout
