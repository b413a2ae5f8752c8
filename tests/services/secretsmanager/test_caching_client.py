"""AWS's own caching client, as applications use it."""

import pytest
from aws_secretsmanager_caching import InjectKeywordedSecretString, SecretCache


@pytest.fixture
def cache(secrets):
    return SecretCache(client=secrets)


def test_a_value_is_read_once_and_then_from_the_cache(vauban, secrets, cache):
    secrets.create_secret(Name="db", SecretString="1")
    assert [cache.get_secret_string("db") for _ in range(3)] == ["1"] * 3
    reads = [each for each in vauban.trail() if each["eventName"] == "GetSecretValue"]
    assert len(reads) == 1


def test_a_new_version_is_found_and_the_previous_one_too(secrets, cache):
    secrets.create_secret(Name="db", SecretString="1")
    assert cache.get_secret_string("db") == "1"
    secrets.put_secret_value(SecretId="db", SecretString="2")
    cache.refresh_secret_now("db")
    assert cache.get_secret_string("db", version_stage="AWSPREVIOUS") == "1"
    assert cache.get_secret_string("db") == "2"


def test_bytes_and_keys_of_a_document_are_handed_in(secrets, cache):
    secrets.create_secret(Name="file", SecretBinary=b"\0\1")
    assert cache.get_secret_binary("file") == b"\0\1"
    secrets.create_secret(Name="db", SecretString='{"username":"shop","password":"p"}')

    @InjectKeywordedSecretString(secret_id="db", cache=cache, user="username", password="password")
    def connect(user, password):
        return user, password

    assert connect() == ("shop", "p")


def test_what_is_not_there_is_an_error_each_time(secrets, cache):
    for _ in range(2):
        with pytest.raises(secrets.exceptions.ResourceNotFoundException):
            cache.get_secret_string("none")
