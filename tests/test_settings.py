from dataclasses import fields

import pytest

from vauban.settings import AccountKey, Address, SettingError, Settings, TokenCluster, read, variable


def test_everything_has_a_default():
    assert read({}, {}) == Settings()
    assert Settings().data == "data"
    assert Settings().host == "127.0.0.1"


def test_an_option_goes_before_a_variable_and_a_variable_before_the_default():
    assert read({}, {"VAUBAN_PORT": "5000"}).port == 5000
    assert read({"port": "6000"}, {"VAUBAN_PORT": "5000"}).port == 6000
    assert read({"port": None}, {"VAUBAN_PORT": ""}).port == 4566


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda each: each.name)
def test_every_setting_is_read_from_its_variable(setting):
    texts = {
        "port": "1",
        "workers": "2",
        "clock": "virtual",
        "audit": "strict",
        "seal": "passphrase",
        "trail_days": "9",
    }
    texts |= {"account": f"111122223333=AKIA:{'s' * 40}", "tls": "on", "quotas": "aws"}
    texts |= {"xks_address": "xks.example.com=127.0.0.1:8443", "xks_timeout": "500"}
    texts |= {"cloudhsm_cluster": "cluster-2222222aaaa=/lib.so:token"}
    texts |= {"smtp_relay": "mail.example:25", "smtp_from": "a@mail.example", "smtp_tls": "off"}
    texts |= {"webhook_reach": "public"}
    texts |= {"regions": "us-east-1,eu-west-1", "peer": "eu-north-1=https://vauban.eu.example:4566"}
    texts |= {"edge": "off", "edge_workers": "2", "edge_port_offset": "8000", "edge_proxy_protocol": "on"}
    texts |= {"dns_resolver": "127.0.0.1:5353"}
    texts |= {"edge_log_seconds": "60", "edge_agent": "127.0.0.1:9100"}
    environment = {variable(setting.name): texts.get(setting.name, "/some/where")}
    if setting.name == "peer":
        environment["VAUBAN_LINK_SECRET_FILE"] = "/f"
    if setting.name == "smtp_relay":
        environment["VAUBAN_SMTP_FROM"] = "a@mail.example"
    if setting.name in ("smtp_user", "smtp_password_file"):
        environment |= {"VAUBAN_SMTP_USER": "u", "VAUBAN_SMTP_PASSWORD_FILE": "/p"}
    if setting.name.startswith("tls_"):
        environment |= {"VAUBAN_TLS_CERTIFICATE": "/c", "VAUBAN_TLS_KEY": "/k"}
    assert getattr(read({}, environment), setting.name) != setting.default


def test_a_variable_is_named_after_its_setting():
    assert variable("seal_key_file") == "VAUBAN_SEAL_KEY_FILE"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("port", "http", "--port: say a whole number from 0 to 65535"),
        ("port", "65536", "--port: say a whole number from 0 to 65535"),
        ("port", "-1", "--port: say a whole number"),
        ("port", "٣", "--port: say a whole number"),
        ("workers", "257", "--workers: say a whole number from 0 to 256"),
        ("clock", "sundial", "--clock: choose one of wall, virtual"),
        ("audit", "", "--audit: choose one of relaxed, strict"),
        ("seal", "wax", "--seal: choose one of file, passphrase, pkcs11, ephemeral"),
        ("xks_timeout", "49", "--xks-timeout: say a whole number from 50 to 60000"),
        ("xks_address", ["xks.example.com"], "--xks-address: say NAME=HOST:PORT"),
        ("xks_address", ["xks.example.com=127.0.0.1:65536"], "--xks-address: say NAME=HOST:PORT"),
        ("cloudhsm_cluster", ["cluster-1=/lib.so:token"], "--cloudhsm-cluster: say CLUSTER=MODULE:TOKEN"),
        ("smtp_relay", "mail.example", "--smtp-relay: say HOST:PORT"),
        ("smtp_relay", "mail.example:25", "--smtp-relay needs --smtp-from"),
        ("smtp_from", "nobody", "--smtp-from: say an address"),
        ("smtp_user", "u", "--smtp-user and --smtp-password-file go together"),
        ("webhook_reach", "loopback", "--webhook-reach: choose one of anywhere, public"),
        ("account", ["1=A:s"], "--account: say ID=KEYID:SECRET"),
        ("account", ["111122223333"], "--account: say ID=KEYID:SECRET"),
        ("account", ["111122223333=AKIA:a b"], "--account: say ID=KEYID:SECRET"),
    ],
)
def test_what_a_setting_cannot_be_is_said_with_what_it_may_be(name, text, words):
    with pytest.raises(SettingError) as error:
        read({name: text}, {})
    assert str(error.value).startswith(words)


def test_accounts_are_repeated_options_or_words_of_one_variable():
    one, two = f"111111111111=AKIAONE:{'1' * 40}", f"222222222222=AKIATWO:{'2' * 40}"
    made = (AccountKey("111111111111", "AKIAONE", "1" * 40), AccountKey("222222222222", "AKIATWO", "2" * 40))
    assert read({"account": [one, two]}, {}).account == made
    assert read({}, {"VAUBAN_ACCOUNT": f"{one} {two}"}).account == made


def test_a_secret_access_key_is_not_shown():
    assert "hidden" not in repr(read({"account": ["111111111111=AKIAONE:hidden"]}, {}))


def test_a_refused_account_does_not_repeat_its_secret():
    with pytest.raises(SettingError) as error:
        read({"account": ["1111=AKIAONE:hidden"]}, {})
    assert "hidden" not in str(error.value)


def test_where_proxies_and_tokens_are_is_read():
    given = {"xks_address": ["xks.example.com=127.0.0.1:8443", "other.example.com=[::1]:443"]}
    assert read(given, {}).xks_address == (
        Address("xks.example.com", "127.0.0.1", 8443),
        Address("other.example.com", "::1", 443),
    )
    given = {"cloudhsm_cluster": ["cluster-2222222aaaa=/lib.so:a token", "111122223333/cluster-2222222bbbb=/lib.so:b"]}
    assert read(given, {}).cloudhsm_cluster == (
        TokenCluster("cluster-2222222aaaa", "/lib.so", "a token", ""),
        TokenCluster("cluster-2222222bbbb", "/lib.so", "b", "111122223333"),
    )


@pytest.mark.parametrize("given", [{"tls_certificate": "a.pem"}, {"tls_key": "a.pem"}])
def test_a_certificate_and_its_key_go_together(given):
    with pytest.raises(SettingError, match="go together"):
        read(given, {})


def test_a_scratch_server_is_one_process():
    assert Settings(data="memory").scratch
    assert Settings(data="memory", workers=8).worker_count == 1
    assert Settings(workers=3).worker_count == 3
    assert Settings().worker_count >= 1


def test_a_region_is_held_here_or_by_a_peer():
    given = {"regions": "us-east-1,us-west-2", "peer": ["eu-west-1=http://127.0.0.1:1/"], "link_secret_file": "/f"}
    regions = read(given, {}).held_regions
    assert (regions.holds("us-west-2"), regions.holds("eu-west-1"), regions.holds("sa-east-1")) == (True, False, False)
    assert (regions.reaches("eu-west-1"), regions.reaches("sa-east-1")) == (True, False)
    assert regions.peers == {"eu-west-1": "http://127.0.0.1:1"}
    assert read({**given, "regions": None}, {}).held_regions.holds("sa-east-1")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"regions": "us-east-1, eu"}, "names of Regions"),
        ({"peer": ["eu-west-1"]}, "REGION=URL"),
        ({"peer": ["eu-west-1=ftp://a"]}, "REGION=URL"),
        ({"peer": ["eu-west-1=http://a"]}, "--link-secret-file"),
        ({"peer": ["eu-west-1=http://a"], "regions": "eu-west-1", "link_secret_file": "/f"}, "not by both"),
    ],
)
def test_what_cannot_be_of_regions_and_peers_is_said(given, words):
    with pytest.raises(SettingError, match=words):
        read(given, {})
