"""An organization by AWS's Terraform provider, unmodified: apply, an empty plan, changes, destroy."""

from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("organizations", "cloudtrail", "sts")
    + """
resource "aws_organizations_organization" "all" {
  feature_set                   = "ALL"
  aws_service_access_principals = ["cloudtrail.amazonaws.com", "config.amazonaws.com"]
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY"]
}

resource "aws_organizations_organizational_unit" "workloads" {
  name      = "workloads"
  parent_id = aws_organizations_organization.all.roots[0].id
  tags      = { purpose = "work" }
}

resource "aws_organizations_organizational_unit" "shops" {
  name      = "shops"
  parent_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_account" "shop" {
  name              = "shop"
  email             = "shop@example.com"
  parent_id         = aws_organizations_organizational_unit.shops.id
  role_name         = "OrganizationAccountAccessRole"
  tags              = { team = "shop" }
  lifecycle { ignore_changes = [role_name] }
}

resource "aws_organizations_policy" "no_keys" {
  name    = "no keys"
  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "NoKeys", Effect = "Deny", Action = "kms:CreateKey", Resource = "*" }]
  })
  depends_on = [aws_organizations_organization.all]
}

resource "aws_organizations_policy" "costs" {
  name        = "costs"
  description = "how costs are told apart"
  type        = "TAG_POLICY"
  content     = jsonencode({ tags = { cost = { tag_key = { "@@assign" = "Cost" } } } })
  depends_on  = [aws_organizations_organization.all]
}

resource "aws_organizations_policy_attachment" "no_keys" {
  policy_id = aws_organizations_policy.no_keys.id
  target_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_policy_attachment" "costs" {
  policy_id = aws_organizations_policy.costs.id
  target_id = aws_organizations_account.shop.id
}

resource "aws_organizations_delegated_administrator" "config" {
  account_id        = aws_organizations_account.shop.id
  service_principal = "config.amazonaws.com"
}

resource "aws_organizations_resource_policy" "delegation" {
  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Sid       = "Look"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${aws_organizations_account.shop.id}:root" }
      Action    = ["organizations:ListRoots", "organizations:DescribePolicy"]
      Resource  = "*"
    }]
  })
}

data "aws_organizations_organization" "all" { depends_on = [aws_organizations_account.shop] }

data "aws_organizations_organizational_units" "all" {
  parent_id  = aws_organizations_organization.all.roots[0].id
  depends_on = [aws_organizations_organizational_unit.workloads]
}

data "aws_organizations_organizational_unit" "workloads" {
  parent_id  = aws_organizations_organization.all.roots[0].id
  name       = "workloads"
  depends_on = [aws_organizations_organizational_unit.workloads]
}

data "aws_organizations_organizational_unit_descendant_accounts" "all" {
  parent_id  = aws_organizations_organizational_unit.workloads.id
  depends_on = [aws_organizations_account.shop]
}

resource "aws_cloudtrail_organization_delegated_admin_account" "shop" {
  account_id = aws_organizations_account.shop.id
}

data "aws_organizations_policies" "service_control" {
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy.no_keys]
}

data "aws_organizations_policies_for_target" "workloads" {
  target_id  = aws_organizations_organizational_unit.workloads.id
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy_attachment.no_keys]
}

data "aws_organizations_policy" "no_keys" { policy_id = aws_organizations_policy.no_keys.id }

data "aws_organizations_delegated_administrators" "config" {
  service_principal = "config.amazonaws.com"
  depends_on        = [aws_organizations_delegated_administrator.config]
}

data "aws_organizations_resource_tags" "shop" { resource_id = aws_organizations_account.shop.id }

output "management" { value = aws_organizations_organization.all.master_account_id }
output "accounts" { value = sort(data.aws_organizations_organization.all.accounts[*].name) }
output "units" { value = data.aws_organizations_organizational_units.all.children[*].name }
output "same_unit" {
  value = data.aws_organizations_organizational_unit.workloads.id == aws_organizations_organizational_unit.workloads.id
}
output "descendants" { value = data.aws_organizations_organizational_unit_descendant_accounts.all.accounts[*].name }
output "policies" { value = length(data.aws_organizations_policies.service_control.ids) }
output "attached" { value = length(data.aws_organizations_policies_for_target.workloads.ids) }
output "policy_name" { value = data.aws_organizations_policy.no_keys.name }
output "administrators" {
  value = data.aws_organizations_delegated_administrators.config.delegated_administrators[*].name
}
output "tags" { value = data.aws_organizations_resource_tags.shop.tags }
"""
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.mark.timeout(600)
def test_an_organization_is_made_found_unchanged_changed_and_destroyed(server: Server, tmp_path: Path):
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    assert "11 added, 0 changed, 0 destroyed" in terraform.apply()
    assert terraform.outputs() == {
        "management": ACCOUNT,
        "accounts": [ACCOUNT, "shop"],
        "units": ["workloads"],
        "same_unit": True,
        "descendants": ["shop"],
        "policies": 2,
        "attached": 2,
        "policy_name": "no keys",
        "administrators": ["shop"],
        "tags": {"team": "shop"},
    }

    terraform.change('team = "shop"', 'team = "stores"')
    terraform.change('name      = "shops"', 'name      = "stores"')
    terraform.change("organizational_unit.shops.id\n  role_name", "organizational_unit.workloads.id\n  role_name")
    terraform.change('"kms:CreateKey"', '"kms:ScheduleKeyDeletion"')
    terraform.change('"RESOURCE_CONTROL_POLICY", ', "")
    assert "0 added, 4 changed, 0 destroyed" in terraform.apply()

    assert "11 destroyed" in terraform("destroy", "-auto-approve").stdout
