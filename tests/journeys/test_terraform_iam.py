"""AWS's Terraform provider on IAM: apply, an empty plan, changes in place, imports, destroy."""

import subprocess
from pathlib import Path

import pytest

from .conftest import ACCOUNT
from .running import Server
from .terraforming import Terraform, provider

PROVIDER = provider("iam", "sts")

CONFIGURATION = (
    PROVIDER
    + """
data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::shop", "arn:aws:s3:::shop/$${aws:username}/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.alice.arn]
    }
  }
}

data "aws_iam_policy" "read_only" { name = "ReadOnlyAccess" }

resource "aws_iam_user" "alice" {
  name                 = "alice"
  path                 = "/team/"
  permissions_boundary = aws_iam_policy.read.arn
  tags                 = { team = "shop" }
}

resource "aws_iam_user_policy" "alice" {
  name   = "inline"
  user   = aws_iam_user.alice.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "alice" {
  user       = aws_iam_user.alice.name
  policy_arn = data.aws_iam_policy.read_only.arn
}

resource "aws_iam_access_key" "alice" { user = aws_iam_user.alice.name }

resource "aws_iam_user_login_profile" "alice" {
  user            = aws_iam_user.alice.name
  password_length = 20
}

resource "aws_iam_user_ssh_key" "alice" {
  username   = aws_iam_user.alice.name
  encoding   = "SSH"
  public_key = "%(ssh_key)s"
}

resource "aws_iam_virtual_mfa_device" "phone" { virtual_mfa_device_name = "phone" }

resource "aws_iam_group" "readers" {
  name = "readers"
  path = "/team/"
}

resource "aws_iam_group_membership" "readers" {
  name  = "readers"
  group = aws_iam_group.readers.name
  users = [aws_iam_user.alice.name]
}

resource "aws_iam_group_policy" "readers" {
  group  = aws_iam_group.readers.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "readers" {
  group      = aws_iam_group.readers.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_policy" "read" {
  name        = "read"
  description = "reads"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { team = "shop" }
}

resource "aws_iam_role" "worker" {
  name                 = "worker"
  description          = "works"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  tags                 = { team = "shop" }
}

resource "aws_iam_role_policy" "worker" {
  role   = aws_iam_role.worker.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_instance_profile" "worker" {
  name = "worker"
  role = aws_iam_role.worker.name
}

resource "aws_iam_service_linked_role" "autoscaling" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "blue"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 14
  require_lowercase_characters   = true
  require_numbers                = true
  require_uppercase_characters   = true
  require_symbols                = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 5
}

resource "aws_iam_account_alias" "shop" { account_alias = "vauban-shop" }

resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://ci.example.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["cf23df2207d99a74fbe169e3eba035e633b65d94"]
}

resource "aws_iam_server_certificate" "shop" {
  name             = "shop"
  certificate_body = <<-EOT
%(certificate)sEOT
  private_key      = <<-EOT
%(private_key)sEOT
}

data "aws_iam_role" "worker" { name = aws_iam_role.worker.name }
data "aws_iam_user" "alice" { user_name = aws_iam_user.alice.name }
data "aws_iam_group" "readers" { group_name = aws_iam_group_membership.readers.group }
data "aws_iam_instance_profile" "worker" { name = aws_iam_instance_profile.worker.name }
data "aws_iam_account_alias" "current" { depends_on = [aws_iam_account_alias.shop] }

output "account" { value = data.aws_caller_identity.me.account_id }
output "role" { value = data.aws_iam_role.worker.arn }
output "members" { value = data.aws_iam_group.readers.users[*].user_name }
output "profile_role" { value = data.aws_iam_instance_profile.worker.role_name }
output "alias" { value = data.aws_iam_account_alias.current.account_alias }
"""
)


@pytest.fixture
def server(make_server) -> Server:
    return make_server("--account", f"{ACCOUNT}=AKIAJOURNEYTERRAFORM:{'s' * 40}")


@pytest.fixture
def terraform(server: Server, tmp_path: Path) -> Terraform:
    return Terraform(tmp_path / "terraform", server)


@pytest.fixture
def uploaded(tmp_path: Path) -> dict[str, str]:
    """What users bring with them: a certificate with its key, and an SSH key."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=shop"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "", "-f", tmp_path / "ssh"], check=True
    )
    return {
        "certificate": certificate.read_text(),
        "private_key": key.read_text(),
        "ssh_key": (tmp_path / "ssh.pub").read_text().strip(),
    }


@pytest.mark.timeout(900)
def test_everything_is_made_found_unchanged_changed_in_place_and_destroyed(terraform: Terraform, uploaded):
    configuration = CONFIGURATION
    for name, text in uploaded.items():
        configuration = configuration.replace(f"%({name})s", text)
    terraform.write(configuration)
    terraform.init()
    applied = terraform.apply()
    assert "21 added, 0 changed, 0 destroyed" in applied
    outputs = terraform.outputs()
    assert outputs["account"] == ACCOUNT
    assert outputs["role"] == f"arn:aws:iam::{ACCOUNT}:role/worker"
    assert outputs["members"] == ["alice"]
    assert (outputs["profile_role"], outputs["alias"]) == ("worker", "vauban-shop")

    terraform.change('path                 = "/team/"', 'path                 = "/crew/"')
    terraform.change('"s3:ListBucket"', '"s3:ListBucketVersions"')
    terraform.change("max_session_duration = 7200", "max_session_duration = 3600")
    terraform.change('description          = "works"', 'description          = "toils"')
    terraform.change("minimum_password_length        = 14", "minimum_password_length        = 16")
    terraform.change('["sts.amazonaws.com"]', '["sts.amazonaws.com", "other"]')
    assert "0 added" in terraform.apply()

    assert "21 destroyed" in terraform("destroy", "-auto-approve").stdout


MORE = (
    PROVIDER
    + """
resource "aws_iam_user" "bob" {
  name          = "bob"
  force_destroy = true
}

resource "aws_iam_user_policies_exclusive" "bob" {
  user_name    = aws_iam_user.bob.name
  policy_names = []
}

resource "aws_iam_group" "first" { name = "first" }
resource "aws_iam_group" "second" { name = "second" }

resource "aws_iam_user_group_membership" "bob" {
  user   = aws_iam_user.bob.name
  groups = [aws_iam_group.first.name, aws_iam_group.second.name]
}

resource "aws_iam_policy" "bound" {
  name_prefix = "bound-"
  path        = "/boundaries/"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["kms:*", "s3:*"], Resource = "*" }]
  })
}

resource "aws_iam_policy_attachment" "bound" {
  name       = "everywhere"
  users      = [aws_iam_user.bob.name]
  groups     = [aws_iam_group.first.name]
  roles      = [aws_iam_role.federated.name]
  policy_arn = aws_iam_policy.bound.arn
}

resource "aws_iam_saml_provider" "corp" {
  name                   = "corp"
  saml_metadata_document = file("metadata.xml")
}

resource "aws_iam_openid_connect_provider" "ci" {
  url            = "https://ci.example.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "federated" {
  name                 = "federated"
  permissions_boundary = aws_iam_policy.bound.arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.ci.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "ci.example.com:aud" = "sts.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_role_policies_exclusive" "federated" {
  role_name    = aws_iam_role.federated.name
  policy_names = []
}

resource "aws_iam_signing_certificate" "bob" {
  user_name        = aws_iam_user.bob.name
  certificate_body = file("certificate.pem")
}

resource "aws_iam_service_specific_credential" "bob" {
  user_name    = aws_iam_user.bob.name
  service_name = "codecommit.amazonaws.com"
}

data "aws_iam_roles" "all" { depends_on = [aws_iam_role.federated] }
data "aws_iam_users" "all" { depends_on = [aws_iam_user.bob] }
data "aws_iam_policy" "bound" { arn = aws_iam_policy.bound.arn }
data "aws_iam_openid_connect_provider" "ci" { arn = aws_iam_openid_connect_provider.ci.arn }

output "roles" { value = data.aws_iam_roles.all.names }
output "users" { value = data.aws_iam_users.all.names }
output "policy" { value = data.aws_iam_policy.bound.path }
output "clients" { value = data.aws_iam_openid_connect_provider.ci.client_id_list }
"""
)

METADATA = """<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">
<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo>
</KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>"""


@pytest.mark.timeout(900)
def test_what_federates_bounds_and_belongs_together_is_made_and_destroyed(terraform: Terraform, uploaded):
    certificate = uploaded["certificate"]
    (terraform.directory / "certificate.pem").write_text(certificate)
    (terraform.directory / "metadata.xml").write_text(METADATA % "".join(certificate.splitlines()[1:-1]))
    terraform.write(MORE)
    terraform.init()
    assert "13 added, 0 changed, 0 destroyed" in terraform.apply()
    outputs = terraform.outputs()
    assert (outputs["roles"], outputs["users"]) == (["federated"], ["bob"])
    assert (outputs["policy"], outputs["clients"]) == ("/boundaries/", ["sts.amazonaws.com"])
    assert "13 destroyed" in terraform("destroy", "-auto-approve").stdout
