"""OpenID Connect and SAML providers."""

import base64
import subprocess

import pytest

from vauban.crypto.certificates import create_authority

from .conftest import ACCOUNT

URL = "https://id.example.com/realm"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com/realm"
THUMBPRINT = "AB" * 20


@pytest.fixture
def oidc(iam):
    return iam.create_open_id_connect_provider(Url=URL, ClientIDList=["app"], ThumbprintList=[THUMBPRINT])[
        "OpenIDConnectProviderArn"
    ]


def test_an_oidc_provider_is_made_told_changed_and_deleted(iam, oidc, refused):
    assert oidc == ARN
    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    assert told["Url"] == "id.example.com/realm"
    assert (told["ClientIDList"], told["ThumbprintList"]) == (["app"], [THUMBPRINT.lower()])
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": ARN}]
    with refused("EntityAlreadyExists"):
        iam.create_open_id_connect_provider(Url=URL)
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="other")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="other")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=ARN, ClientID="app")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=ARN, ThumbprintList=["0" * 40])
    told = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    assert (told["ClientIDList"], told["ThumbprintList"]) == (["other"], ["0" * 40])
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=ARN)["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=ARN, TagKeys=["a"])
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=ARN)
    with refused("NoSuchEntity", f"OpenIDConnect Provider not found for arn {ARN}"):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=ARN)


@pytest.mark.parametrize("url", ["http://id.example.com", "id.example.com", "https://", "https://a?b=c", "https://a b"])
def test_an_issuer_has_an_https_url(url, iam, refused):
    with refused("ValidationError"):
        iam.create_open_id_connect_provider(Url=url)


def test_thumbprints_are_five_at_most_and_hexadecimal(iam, refused):
    with refused("InvalidInput", "Thumbprint list must contain fewer than 5 entries."):
        iam.create_open_id_connect_provider(Url=URL, ThumbprintList=[f"{n:040}" for n in range(6)])
    with refused("InvalidInput"):
        iam.create_open_id_connect_provider(Url=URL, ThumbprintList=["z" * 40])


def metadata(entity="https://idp.example.com", more="", sso=True):
    certificate, _ = create_authority()
    body = "".join(certificate.decode().splitlines()[1:-1])
    service = '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://a"/>'
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity}" {more}>'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor use="signing">'
        '<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{body}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>{service if sso else ''}"
        f"</IDPSSODescriptor></EntityDescriptor>{' ' * 1000}"
    )


def test_a_saml_provider_is_made_told_changed_and_deleted(iam, refused):
    document = metadata(more='validUntil="2040-01-01T00:00:00Z"')
    arn = iam.create_saml_provider(SAMLMetadataDocument=document, Name="corp")["SAMLProviderArn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
    told = iam.get_saml_provider(SAMLProviderArn=arn)
    assert told["SAMLMetadataDocument"] == document
    assert told["ValidUntil"].year == 2040
    (listed,) = iam.list_saml_providers()["SAMLProviderList"]
    assert listed["Arn"] == arn
    with refused("EntityAlreadyExists"):
        iam.create_saml_provider(SAMLMetadataDocument=document, Name="corp")
    assert iam.update_saml_provider(SAMLMetadataDocument=metadata("https://new"), SAMLProviderArn=arn)
    assert "https://new" in iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"]
    iam.tag_saml_provider(SAMLProviderArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_saml_provider_tags(SAMLProviderArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.untag_saml_provider(SAMLProviderArn=arn, TagKeys=["a"])
    iam.delete_saml_provider(SAMLProviderArn=arn)
    with refused("NoSuchEntity"):
        iam.get_saml_provider(SAMLProviderArn=arn)


@pytest.mark.parametrize(
    "document",
    [
        "x" * 1000,
        f"<a>{' ' * 1000}</a>",
        metadata(sso=False),
        metadata().replace("IDPSSODescriptor", "SPSSODescriptor"),
        f'<!DOCTYPE a [<!ENTITY b "c">]>{metadata()}',
    ],
)
def test_metadata_that_is_none_is_refused(document, iam, refused):
    with refused("InvalidInput", "Could not parse metadata"):
        iam.create_saml_provider(SAMLMetadataDocument=document, Name="corp")


def test_encrypted_assertions_have_keys_of_which_there_are_two_at_most(iam, refused):
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    key = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    with refused("InvalidInput"):
        iam.create_saml_provider(SAMLMetadataDocument=metadata(), Name="corp", AssertionEncryptionMode="Required")
    arn = iam.create_saml_provider(
        SAMLMetadataDocument=metadata(), Name="corp", AssertionEncryptionMode="Required", AddPrivateKey=key
    )["SAMLProviderArn"]
    (kept,) = iam.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"]
    iam.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    with refused("LimitExceeded"):
        iam.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    iam.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=kept["KeyId"])
    assert len(iam.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"]) == 1
    with refused("InvalidInput"):
        iam.update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=base64.b64encode(b"none").decode())
