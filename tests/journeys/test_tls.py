"""In flight: TLS by the server's own certificate, trusted by its bundle and by nothing else."""

import json
import subprocess

import boto3
import pytest
from botocore.exceptions import ClientError, SSLError

ACCOUNT = "111122223333"
ROOT_KEY = f"{ACCOUNT}=AKIATLS0000000000000:{'t' * 40}"


@pytest.fixture
def server(make_server):
    return make_server("--tls", "on", "--workers", "1", "--account", ROOT_KEY)


def kms(server, bundle: str | bool):
    key = {"aws_access_key_id": "AKIATLS0000000000000", "aws_secret_access_key": "t" * 40}
    session = boto3.session.Session(region_name="us-east-1", **key)
    return session.client("kms", endpoint_url=server.url, verify=bundle)


def test_clients_that_trust_the_bundle_are_answered_and_others_do_not_speak_to_it(server):
    bundle = server.credentials()["AWS_CA_BUNDLE"]
    assert kms(server, bundle).list_keys()["Keys"] == []
    with pytest.raises(SSLError):
        kms(server, True).list_keys()


def test_the_trail_says_over_which_tls_a_call_came(server):
    kms(server, server.credentials()["AWS_CA_BUNDLE"]).list_keys()
    (record,) = [json.loads(line) for line in server.command("trail", "--event", "ListKeys", "--json").splitlines()]
    assert record["tlsDetails"]["tlsVersion"] == "TLSv1.3"
    assert record["tlsDetails"]["cipherSuite"].startswith("TLS_")
    assert record["tlsDetails"]["clientProvidedHostHeader"].endswith(str(server.port))


def test_the_certificate_stays_the_same_from_start_to_start(server):
    bundle = server.credentials()["AWS_CA_BUNDLE"]
    server.restart()
    assert kms(server, bundle).list_keys()["Keys"] == []


@pytest.mark.parametrize(("version", "spoken"), [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_tls_1_2_is_the_least_that_is_spoken(server, version, spoken):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version, "-cipher", "ALL@SECLEVEL=0"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30)
    assert (done.returncode == 0) == spoken


def test_a_policy_can_ask_for_tls(make_server, server, tmp_path):
    plain = make_server("--account", ROOT_KEY, "--workers", "1", data=tmp_path / "plain")
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:Encrypt",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    secure = kms(server, server.credentials()["AWS_CA_BUNDLE"])
    secure.encrypt(KeyId=secure.create_key(Policy=policy)["KeyMetadata"]["KeyId"], Plaintext=b"x")
    insecure = kms(plain, True)
    key = insecure.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        insecure.encrypt(KeyId=key, Plaintext=b"x")


def test_the_bundles_path_is_good_from_everywhere(make_server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server = make_server("--tls", "on", "--workers", "1", data="relative")
    assert server.credentials()["AWS_CA_BUNDLE"] == str(tmp_path / "relative" / "tls-chain.pem")


@pytest.fixture
def given(tmp_path):
    """The options of a certificate from elsewhere, and its file."""
    chain, key = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
    options = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    names = ("-subj", "/CN=vauban", "-addext", "subjectAltName=IP:127.0.0.1")
    command = ["openssl", "req", *options, *names, "-keyout", key, "-out", chain]
    subprocess.run(command, check=True, capture_output=True)
    return ("--tls-certificate", chain, "--tls-key", key), chain


def test_a_certificate_that_is_given_is_served_and_is_for_its_giver_to_spread(make_server, given):
    options, chain = given
    server = make_server(*options, "--account", ROOT_KEY, data="memory")
    assert "AWS_CA_BUNDLE" not in server.credentials()
    assert kms(server, chain).list_keys()["Keys"] == []


def test_a_certificate_that_is_none_is_refused_by_its_name(make_server, given):
    options, chain = given
    with open(chain, "w") as file:
        file.write("no certificate")
    assert f"TLS cannot be served with {chain}" in make_server(*options, start=False).start_refused()
