"""Server certificates, signing certificates and SSH public keys."""

import json
import subprocess

import pytest

from vauban.crypto.certificates import create_authority, issue

from .conftest import ACCOUNT


@pytest.fixture(scope="module")
def authority():
    return create_authority()


@pytest.fixture(scope="module")
def leaf(authority):
    body, key = issue(["shop.example.com"], *authority)
    return {"CertificateBody": body.decode(), "PrivateKey": key.decode()}


def test_a_server_certificate_is_uploaded_told_renamed_and_deleted(iam, leaf, authority, refused):
    made = iam.upload_server_certificate(
        ServerCertificateName="shop", Path="/cloudfront/", CertificateChain=authority[0].decode(), **leaf
    )["ServerCertificateMetadata"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:server-certificate/cloudfront/shop"
    assert made["ServerCertificateId"].startswith("ASCA")
    told = iam.get_server_certificate(ServerCertificateName="shop")["ServerCertificate"]
    assert told["ServerCertificateMetadata"] == made
    assert told["CertificateBody"] == leaf["CertificateBody"].strip()
    assert told["CertificateChain"] == authority[0].decode().strip()
    assert iam.list_server_certificates(PathPrefix="/cloudfront/")["ServerCertificateMetadataList"] == [made]
    with refused("EntityAlreadyExists", "The Server Certificate with name shop already exists."):
        iam.upload_server_certificate(ServerCertificateName="shop", **leaf)
    iam.update_server_certificate(ServerCertificateName="shop", NewServerCertificateName="store", NewPath="/")
    iam.tag_server_certificate(ServerCertificateName="store", Tags=[{"Key": "a", "Value": "b"}])
    assert iam.list_server_certificate_tags(ServerCertificateName="store")["Tags"] == [{"Key": "a", "Value": "b"}]
    iam.untag_server_certificate(ServerCertificateName="store", TagKeys=["a"])
    iam.delete_server_certificate(ServerCertificateName="store")
    with refused("NoSuchEntity", "The Server Certificate with name store cannot be found."):
        iam.get_server_certificate(ServerCertificateName="store")


def test_certificate_key_and_chain_must_fit(iam, leaf, authority, refused):
    _, other_key = issue(["other.example.com"], *authority)
    with refused("KeyPairMismatch"):
        iam.upload_server_certificate(
            ServerCertificateName="shop", CertificateBody=leaf["CertificateBody"], PrivateKey=other_key.decode()
        )
    with refused("MalformedCertificate", "Unable to parse certificate."):
        iam.upload_server_certificate(
            ServerCertificateName="shop", CertificateBody="none", PrivateKey=leaf["PrivateKey"]
        )
    with refused("MalformedCertificate", "Unable to parse key"):
        iam.upload_server_certificate(
            ServerCertificateName="shop", CertificateBody=leaf["CertificateBody"], PrivateKey="none"
        )
    stranger, _ = create_authority(name="Another")
    with refused("MalformedCertificate", "Unable to validate certificate chain."):
        iam.upload_server_certificate(ServerCertificateName="shop", CertificateChain=stranger.decode(), **leaf)


def test_no_private_key_is_on_the_trail(vauban, iam, leaf):
    iam.upload_server_certificate(ServerCertificateName="shop", **leaf)
    assert "PRIVATE KEY" not in json.dumps(vauban.trail(), default=str)


def test_a_user_has_two_signing_certificates_at_most(iam, alice, authority, refused):
    bodies = [issue([f"{n}.example.com"], *authority)[0].decode() for n in range(3)]
    made = iam.upload_signing_certificate(UserName=alice, CertificateBody=bodies[0])["Certificate"]
    assert (made["UserName"], made["Status"]) == (alice, "Active")
    with refused("DuplicateCertificate"):
        iam.upload_signing_certificate(UserName=alice, CertificateBody=bodies[0])
    iam.upload_signing_certificate(UserName=alice, CertificateBody=bodies[1])
    with refused("LimitExceeded"):
        iam.upload_signing_certificate(UserName=alice, CertificateBody=bodies[2])
    with refused("MalformedCertificate"):
        iam.upload_signing_certificate(UserName=alice, CertificateBody="none")
    iam.update_signing_certificate(UserName=alice, CertificateId=made["CertificateId"], Status="Inactive")
    listed = iam.list_signing_certificates(UserName=alice)["Certificates"]
    assert sorted(each["Status"] for each in listed) == ["Active", "Inactive"]
    with refused("DeleteConflict", "Cannot delete entity, must delete signing certificates first."):
        iam.delete_user(UserName=alice)
    iam.delete_signing_certificate(UserName=alice, CertificateId=made["CertificateId"])
    with refused("NoSuchEntity", f"The Certificate with id {made['CertificateId']} cannot be found."):
        iam.delete_signing_certificate(UserName=alice, CertificateId=made["CertificateId"])


def test_a_user_has_ssh_keys(iam, alice, tmp_path, refused):
    def new_key(*options):
        path = tmp_path / f"key-{len(list(tmp_path.iterdir()))}"
        subprocess.run(["ssh-keygen", "-q", "-N", "", "-f", path, *options], check=True)
        return path.with_suffix(".pub")

    public = new_key("-t", "rsa", "-b", "2048")
    body = public.read_text().strip()
    made = iam.upload_ssh_public_key(UserName=alice, SSHPublicKeyBody=body)["SSHPublicKey"]
    assert made["SSHPublicKeyId"].startswith("APKA")
    told = subprocess.run(["ssh-keygen", "-l", "-E", "md5", "-f", public], check=True, capture_output=True).stdout
    assert made["Fingerprint"] in told.decode()
    pem = iam.get_ssh_public_key(UserName=alice, SSHPublicKeyId=made["SSHPublicKeyId"], Encoding="PEM")
    assert pem["SSHPublicKey"]["SSHPublicKeyBody"].startswith("-----BEGIN PUBLIC KEY-----")
    with refused("DuplicateSSHPublicKey"):
        iam.upload_ssh_public_key(UserName=alice, SSHPublicKeyBody=pem["SSHPublicKey"]["SSHPublicKeyBody"])
    for wrong in ("none", new_key("-t", "ed25519").read_text(), new_key("-t", "rsa", "-b", "1024").read_text()):
        with refused("InvalidPublicKey"):
            iam.upload_ssh_public_key(UserName=alice, SSHPublicKeyBody=wrong)
    iam.update_ssh_public_key(UserName=alice, SSHPublicKeyId=made["SSHPublicKeyId"], Status="Inactive")
    (listed,) = iam.list_ssh_public_keys(UserName=alice)["SSHPublicKeys"]
    assert listed["Status"] == "Inactive"
    iam.delete_ssh_public_key(UserName=alice, SSHPublicKeyId=made["SSHPublicKeyId"])
    with refused("NoSuchEntity"):
        iam.delete_ssh_public_key(UserName=alice, SSHPublicKeyId=made["SSHPublicKeyId"])
