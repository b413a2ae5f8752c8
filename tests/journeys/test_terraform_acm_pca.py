"""AWS's Terraform provider, unmodified, over a hierarchy of private authorities: apply, an empty plan, destroy."""

from pathlib import Path

from .running import Server
from .terraforming import Terraform, provider

CONFIGURATION = (
    provider("acmpca")
    + """
data "aws_partition" "current" {}

resource "aws_acmpca_certificate_authority" "root" {
  type                            = "ROOT"
  permanent_deletion_time_in_days = 7
  tags                            = { team = "pki" }
  certificate_authority_configuration {
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject { common_name = "Example Root" }
  }
}

resource "aws_acmpca_certificate" "root" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.root.arn
  certificate_signing_request = aws_acmpca_certificate_authority.root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:${data.aws_partition.current.partition}:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}

resource "aws_acmpca_certificate_authority_certificate" "root" {
  certificate_authority_arn = aws_acmpca_certificate_authority.root.arn
  certificate               = aws_acmpca_certificate.root.certificate
  certificate_chain         = aws_acmpca_certificate.root.certificate_chain
}

resource "aws_acmpca_certificate_authority" "issuing" {
  type                            = "SUBORDINATE"
  permanent_deletion_time_in_days = 7
  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"
    subject { common_name = "Example Issuing" }
  }
  revocation_configuration {
    crl_configuration {
      enabled            = true
      expiration_in_days = 7
      s3_bucket_name     = "our-crls"
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
    }
    ocsp_configuration {
      enabled           = true
      ocsp_custom_cname = "ocsp.example.com"
    }
  }
}

resource "aws_acmpca_certificate" "issuing" {
  certificate_authority_arn   = aws_acmpca_certificate_authority_certificate.root.certificate_authority_arn
  certificate_signing_request = aws_acmpca_certificate_authority.issuing.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity {
    type  = "YEARS"
    value = 5
  }
}

resource "aws_acmpca_certificate_authority_certificate" "issuing" {
  certificate_authority_arn = aws_acmpca_certificate_authority.issuing.arn
  certificate               = aws_acmpca_certificate.issuing.certificate
  certificate_chain         = aws_acmpca_certificate.issuing.certificate_chain
}

resource "aws_acmpca_permission" "acm" {
  certificate_authority_arn = aws_acmpca_certificate_authority.issuing.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
}

resource "aws_acmpca_policy" "shared" {
  resource_arn = aws_acmpca_certificate_authority.issuing.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "shared"
      Effect    = "Allow"
      Principal = { AWS = "%(account)s" }
      Action    = ["acm-pca:DescribeCertificateAuthority", "acm-pca:IssueCertificate"]
      Resource  = aws_acmpca_certificate_authority.issuing.arn
    }]
  })
}
"""
)


def test_a_hierarchy_is_applied_and_destroyed(server: Server, tmp_path: Path) -> None:
    terraform = Terraform(tmp_path / "terraform", server)
    terraform.write(CONFIGURATION)
    terraform.init()
    terraform.apply()
    terraform("destroy", "-auto-approve")
