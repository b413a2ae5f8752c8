import pytest

from vauban.engines import waf

from ..web_acls import COUNT, caught, headers, no, rule, web_acl

SET = "arn:aws:wafv2:us-east-1:111122223333:regional/ipset/bad/1"


def ip_set(*addresses, version="IPV4"):
    return {SET: {"Name": "bad", "IPAddressVersion": version, "Addresses": list(addresses)}}


def in_set(position=None, otherwise="NO_MATCH"):
    config = {"HeaderName": "X-Forwarded-For", "FallbackBehavior": otherwise, "Position": position}
    return {"IPSetReferenceStatement": {"ARN": SET, **({"IPSetForwardedIPConfig": config} if position else {})}}


def forwarded(value):
    return headers(x_forwarded_for=value)


@pytest.mark.parametrize(
    ("addresses", "version", "ip", "expected"),
    [
        (["192.0.2.44/32"], "IPV4", "192.0.2.44", True),
        (["192.0.2.44/32"], "IPV4", "192.0.2.45", False),
        (["192.0.2.0/24", "10.0.0.0/8"], "IPV4", "10.255.0.1", True),
        (["192.0.2.0/24", "192.0.2.0/25"], "IPV4", "192.0.2.200", True),
        (["192.0.2.0/24"], "IPV4", "192.0.3.0", False),
        (["192.0.2.0/24"], "IPV4", "192.0.1.255", False),
        ([], "IPV4", "192.0.2.44", False),
        (["2001:db8::/32"], "IPV6", "2001:db8:ffff::1", True),
        (["2001:db8::/32"], "IPV6", "2001:db9::1", False),
        (["2001:db8::/32"], "IPV6", "192.0.2.44", False),
        (["::/1"], "IPV6", "0.0.0.1", False),
    ],
)
def test_an_address_is_in_a_set_or_not(addresses, version, ip, expected):
    assert caught(in_set(), references=ip_set(*addresses, version=version), client_ip=ip) is expected


def test_ten_thousand_ranges_are_a_set():
    ranges = [f"10.{number // 256}.{number % 256}.0/25" for number in range(10_000)]
    acl = waf.compile(web_acl(rule(in_set())), ip_set(*ranges))
    assert not acl.evaluate(waf.Request(client_ip="10.39.15.127")).allowed
    assert acl.evaluate(waf.Request(client_ip="10.39.15.128")).allowed
    assert acl.evaluate(waf.Request(client_ip="10.39.16.1")).allowed


@pytest.mark.parametrize(
    "text", ["192.0.2.1", "0.0.0.0/0", "192.0.2.1/33", "2001:db8::/32", "x/8", "", "1.2.3.4/255.0.0.0"]
)
def test_what_is_no_address_of_a_set_is_refused(text):
    with pytest.raises(waf.InvalidParameter) as refused:
        waf.compile(web_acl(rule(in_set())), ip_set(text))
    assert str(refused.value) == (
        f"Error reason: The parameter contains formatting that is not valid., field: IP_ADDRESS, parameter: {text}"
    )


@pytest.mark.parametrize(
    ("position", "value", "expected"),
    [
        ("FIRST", "192.0.2.1, 10.0.0.1", True),
        ("FIRST", "10.0.0.1, 192.0.2.1", False),
        ("LAST", "10.0.0.1, 192.0.2.1", True),
        ("LAST", "192.0.2.1, 10.0.0.1", False),
        ("ANY", "10.0.0.1, 192.0.2.1 ,10.0.0.2", True),
        ("ANY", "192.0.2.1" + ", 10.0.0.1" * 9, True),
        ("ANY", "192.0.2.1" + ", 10.0.0.1" * 10, False),
        ("ANY", "nobody, 192.0.2.1", True),
    ],
)
def test_a_header_names_the_address(position, value, expected):
    found = ip_set("192.0.2.0/24")
    assert caught(in_set(position), references=found, headers=forwarded(value), client_ip="192.0.2.9") is expected


@pytest.mark.parametrize("position", ["FIRST", "LAST", "ANY"])
def test_a_header_without_an_address_is_what_the_fallback_says(position):
    for otherwise in ("MATCH", "NO_MATCH"):
        statement = in_set(position, otherwise)
        found = caught(statement, references=ip_set("192.0.2.0/24"), headers=forwarded("unknown"))
        assert found is (otherwise == "MATCH")


@pytest.mark.parametrize("statement", [in_set("FIRST", "MATCH"), no(in_set("FIRST", "MATCH"))])
def test_without_the_header_the_rule_does_not_apply(statement):
    assert not caught(statement, references=ip_set("192.0.2.0/24"), client_ip="192.0.2.1")


PLACES = {"192.0.2.1": waf.Place("KR", "11", 4766), "198.51.100.1": waf.Place("US", "CA", 15169)}


def locate(ip):
    return PLACES.get(ip, waf.Place())


def geo(*countries, **more):
    return {"GeoMatchStatement": {"CountryCodes": list(countries), **more}}


def asn(*numbers, **more):
    return {"AsnMatchStatement": {"AsnList": list(numbers), **more}}


BY_HEADER = {"ForwardedIPConfig": {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"}}


def test_a_country_is_matched_and_told_whether_it_matches_or_not():
    acl = waf.compile(web_acl(rule(geo("KR", "JP"))))
    korean = acl.evaluate(waf.Request(client_ip="192.0.2.1"), locate=locate)
    american = acl.evaluate(waf.Request(client_ip="198.51.100.1"), locate=locate)
    assert (korean.allowed, american.allowed) == (False, True)
    assert korean.labels == ("awswaf:clientip:geo:country:KR", "awswaf:clientip:geo:region:KR-11")
    assert american.labels == ("awswaf:clientip:geo:country:US", "awswaf:clientip:geo:region:US-CA")


def test_who_is_nowhere_is_in_xx():
    verdict = waf.compile(web_acl(rule(geo("KR")))).evaluate(waf.Request())
    assert verdict.labels == ("awswaf:clientip:geo:country:XX", "awswaf:clientip:geo:region:XX-XX")


def test_a_system_is_matched():
    acl = waf.compile(web_acl(rule(asn(4766, 0), COUNT)))
    assert acl.evaluate(waf.Request(client_ip="192.0.2.1"), locate=locate).non_terminating
    assert acl.evaluate(waf.Request(client_ip="203.0.113.1"), locate=locate).non_terminating
    assert not acl.evaluate(waf.Request(client_ip="198.51.100.1"), locate=locate).non_terminating


@pytest.mark.parametrize("statement", [geo("KR", **BY_HEADER), asn(4766, **BY_HEADER)])
def test_the_first_address_of_a_header_is_located(statement):
    acl = waf.compile(web_acl(rule(statement)))
    seen = waf.Request(headers=forwarded("192.0.2.1, 198.51.100.1"), client_ip="198.51.100.1")
    assert not acl.evaluate(seen, locate=locate).allowed
    assert any(label.startswith("awswaf:forwardedip:") for label in acl.evaluate(seen, locate=locate).labels)
    assert acl.evaluate(waf.Request(client_ip="192.0.2.1"), locate=locate).allowed


def test_fifty_countries_are_the_most():
    with pytest.raises(waf.LimitExceeded):
        waf.compile(web_acl(rule(geo(*["KR"] * 51))))
