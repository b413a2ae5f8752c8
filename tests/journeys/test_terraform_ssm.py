"""AWS's Terraform provider on Parameter Store: apply, an empty plan, changes, destroy."""

from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("kms", "ssm")
    + """
resource "aws_kms_key" "app" {
  deletion_window_in_days = 7
}

resource "aws_ssm_parameter" "url" {
  name            = "/app/db/url"
  type            = "String"
  description     = "where the database is"
  value           = "postgres://db:5432"
  allowed_pattern = "^postgres://.*"
  tags            = { team = "shop" }
}

resource "aws_ssm_parameter" "hosts" {
  name      = "/app/hosts"
  type      = "StringList"
  value     = "one.example.com,two.example.com"
  data_type = "text"
}

resource "aws_ssm_parameter" "password" {
  name   = "/app/db/password"
  type   = "SecureString"
  key_id = aws_kms_key.app.arn
  value  = "hush"
}

resource "aws_ssm_parameter" "token" {
  name  = "/app/token"
  type  = "SecureString"
  value = "default key"
}

resource "aws_ssm_parameter" "large" {
  name  = "plain"
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = join("", [for _ in range(1000) : "12345"])
}

resource "aws_ssm_parameter" "image" {
  name      = "/app/image"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = data.aws_ssm_parameter.image.value
}

resource "aws_ssm_service_setting" "tier" {
  setting_id    = "arn:aws:ssm:us-east-1:%(account)s:servicesetting/ssm/parameter-store/default-parameter-tier"
  setting_value = "Intelligent-Tiering"
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

data "aws_ssm_parameter" "password" {
  name       = "/app/db/password"
  depends_on = [aws_ssm_parameter.password]
}

data "aws_ssm_parameters_by_path" "app" {
  path       = "/app"
  recursive  = true
  depends_on = [aws_ssm_parameter.url, aws_ssm_parameter.hosts, aws_ssm_parameter.password, aws_ssm_parameter.token]
}

output "password" {
  value     = data.aws_ssm_parameter.password.value
  sensitive = true
}
output "names" {
  value     = data.aws_ssm_parameters_by_path.app.names
  sensitive = true
}
output "version" { value = aws_ssm_parameter.url.version }
output "arn" { value = aws_ssm_parameter.url.arn }
"""
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


def test_parameters_are_made_found_unchanged_changed_in_place_and_destroyed(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    assert "8 added, 0 changed, 0 destroyed" in terraform.apply()
    outputs = terraform.outputs()
    assert outputs["password"] == "hush"
    assert {"/app/db/url", "/app/hosts", "/app/db/password", "/app/token"} <= set(outputs["names"])
    assert outputs["arn"] == f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/app/db/url"
    assert outputs["version"] == 1

    terraform.change("postgres://db:5432", "postgres://other:5432")
    terraform.change('team = "shop"', 'team = "store"')
    terraform.change('"hush"', '"hush now"')
    assert "0 added, 2 changed, 0 destroyed" in terraform.apply()
    outputs = terraform.outputs()
    assert (outputs["password"], outputs["version"]) == ("hush now", 2)

    assert "8 destroyed" in terraform("destroy", "-auto-approve").stdout
    ssm = server.client("ssm")
    assert ssm.describe_parameters()["Parameters"] == []
