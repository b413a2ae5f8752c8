from datetime import UTC, datetime

import pytest


def test_a_key_tells_the_domains_that_it_is_for(waf):
    key = waf.create_api_key(Scope="REGIONAL", TokenDomains=["example.com", "shop.example.com"])["APIKey"]
    told = waf.get_decrypted_api_key(Scope="REGIONAL", APIKey=key)
    assert told["TokenDomains"] == ["example.com", "shop.example.com"]
    assert abs((datetime.now(UTC) - told["CreationTimestamp"]).total_seconds()) < 3600
    (listed,) = waf.list_api_keys(Scope="REGIONAL")["APIKeySummaries"]
    assert listed["APIKey"] == key
    assert listed["TokenDomains"] == told["TokenDomains"]
    assert "example" not in key


def test_keys_are_listed_page_by_page_in_their_scope(waf):
    keys = {waf.create_api_key(Scope="REGIONAL", TokenDomains=["example.com"])["APIKey"] for _ in range(3)}
    waf.create_api_key(Scope="CLOUDFRONT", TokenDomains=["example.com"])
    first = waf.list_api_keys(Scope="REGIONAL", Limit=2)
    rest = waf.list_api_keys(Scope="REGIONAL", Limit=2, NextMarker=first["NextMarker"])
    assert {each["APIKey"] for each in first["APIKeySummaries"] + rest["APIKeySummaries"]} == keys


def test_a_key_is_for_five_domains_at_most(waf):
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        waf.create_api_key(Scope="REGIONAL", TokenDomains=[f"shop{number}.example.com" for number in range(6)])


def test_a_deleted_key_tells_nothing_any_more(waf):
    key = waf.create_api_key(Scope="REGIONAL", TokenDomains=["example.com"])["APIKey"]
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.delete_api_key(Scope="CLOUDFRONT", APIKey=key)
    waf.delete_api_key(Scope="REGIONAL", APIKey=key)
    for ask in (waf.get_decrypted_api_key, waf.delete_api_key):
        with pytest.raises(waf.exceptions.WAFNonexistentItemException):
            ask(Scope="REGIONAL", APIKey=key)
