import re

import pytest

ACCOUNT = "111122223333"


def make(waf, name="more", version="IPV4", addresses=("192.0.2.0/24",), **parameters):
    parameters.setdefault("Scope", "REGIONAL")
    return waf.create_ip_set(Name=name, IPAddressVersion=version, Addresses=list(addresses), **parameters)["Summary"]


def test_an_ip_set_is_told_as_it_was_made(waf, named):
    made = make(waf, addresses=["192.0.2.0/24", "198.51.100.7/32"], Description="whom we know")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["Id"])
    assert made["ARN"] == f"arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/ipset/more/{made['Id']}"
    told = waf.get_ip_set(**named(made))
    assert told["LockToken"] == made["LockToken"]
    assert told["IPSet"] == {
        "Name": "more",
        "Id": made["Id"],
        "ARN": made["ARN"],
        "Description": "whom we know",
        "IPAddressVersion": "IPV4",
        "Addresses": ["192.0.2.0/24", "198.51.100.7/32"],
    }


def test_a_set_may_have_no_addresses_and_each_once(waf, named):
    assert waf.get_ip_set(**named(make(waf, "none", addresses=[])))["IPSet"]["Addresses"] == []
    twice = make(waf, "twice", addresses=["192.0.2.1/32", "192.0.2.1/32"])
    assert waf.get_ip_set(**named(twice))["IPSet"]["Addresses"] == ["192.0.2.1/32"]


def test_ipv6_ranges_are_kept_as_they_were_written(waf, named):
    written = ["1111:0000:0000:0000:0000:0000:0000:0111/128", "2001:db8::/32"]
    assert waf.get_ip_set(**named(make(waf, version="IPV6", addresses=written)))["IPSet"]["Addresses"] == written


@pytest.mark.parametrize(
    ("version", "address"),
    [
        ("IPV4", "0.0.0.0/0"),
        ("IPV6", "::/0"),
        ("IPV4", "192.0.2.1"),
        ("IPV4", "192.0.2.1/33"),
        ("IPV4", "192.0.2.1/255.255.255.0"),
        ("IPV4", "2001:db8::/32"),
        ("IPV6", "192.0.2.0/24"),
        ("IPV6", "fe80::1%eth0/64"),
        ("IPV4", "nonsense"),
    ],
)
def test_what_is_no_range_of_the_set_s_version_is_refused(version, address, waf):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        make(waf, version=version, addresses=["192.0.2.1/32", address] if version == "IPV4" else [address])
    told = caught.value.response
    assert (told["Field"], told["Parameter"]) == ("IP_ADDRESS", address)
    assert told["Reason"] == "The parameter contains formatting that is not valid."
    assert told["Error"]["Message"] == f"Error reason: {told['Reason']}, field: IP_ADDRESS, parameter: {address}"


def test_a_set_has_at_most_ten_thousand_addresses(waf, named):
    addresses = [f"10.{number >> 8}.{number & 255}.0/24" for number in range(10_001)]
    with pytest.raises(waf.exceptions.WAFLimitsExceededException):
        make(waf, addresses=addresses)
    made = make(waf, addresses=addresses[:-1])
    assert len(waf.get_ip_set(**named(made))["IPSet"]["Addresses"]) == 10_000


def test_a_set_is_changed_by_who_has_seen_it_as_it_is(waf, ip_set, named):
    changed = waf.update_ip_set(**named(ip_set, lock=True), Addresses=["198.51.100.0/24"], Description="new ones")
    told = waf.get_ip_set(**named(ip_set))
    assert told["LockToken"] == changed["NextLockToken"] != ip_set["LockToken"]
    assert told["IPSet"]["Addresses"] == ["198.51.100.0/24"]
    assert told["IPSet"]["Description"] == "new ones"
    with pytest.raises(waf.exceptions.WAFOptimisticLockException, match="someone changed the resource after"):
        waf.update_ip_set(**named(ip_set, lock=True), Addresses=[])
    with pytest.raises(waf.exceptions.WAFOptimisticLockException):
        waf.delete_ip_set(**named(ip_set, lock=True))


def test_a_deleted_set_is_gone_and_its_name_is_free(waf, ip_set, named):
    waf.delete_ip_set(**named(ip_set, lock=True))
    with pytest.raises(waf.exceptions.WAFNonexistentItemException, match="because your resource doesn’t exist"):
        waf.get_ip_set(**named(ip_set))
    again = make(waf, ip_set["Name"])
    assert again["Id"] != ip_set["Id"]
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.get_ip_set(**named(ip_set))


def test_a_name_is_taken_once_in_a_scope_and_region(vauban, waf, ip_set):
    with pytest.raises(waf.exceptions.WAFDuplicateItemException, match="duplicate of an existing one"):
        make(waf, ip_set["Name"])
    make(waf, ip_set["Name"], Scope="CLOUDFRONT")
    make(vauban.client("wafv2", region="eu-west-1"), ip_set["Name"])


def test_what_is_cloudfront_s_is_in_us_east_1_alone(vauban, waf):
    made = make(waf, "global", Scope="CLOUDFRONT")
    assert made["ARN"] == f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/ipset/global/{made['Id']}"
    assert waf.list_ip_sets(Scope="REGIONAL")["IPSets"] == []
    assert [each["Name"] for each in waf.list_ip_sets(Scope="CLOUDFRONT")["IPSets"]] == ["global"]
    away = vauban.client("wafv2", region="eu-west-1")
    for ask in (lambda: make(away, "global", Scope="CLOUDFRONT"), lambda: away.list_ip_sets(Scope="CLOUDFRONT")):
        with pytest.raises(
            away.exceptions.WAFInvalidParameterException, match=r"The scope is not valid\., field: SCOPE"
        ):
            ask()


def test_sets_are_listed_by_name_page_by_page(waf):
    for name in ("b", "c", "a"):
        make(waf, name)
    first = waf.list_ip_sets(Scope="REGIONAL", Limit=2)
    rest = waf.list_ip_sets(Scope="REGIONAL", Limit=2, NextMarker=first["NextMarker"])
    assert [each["Name"] for each in first["IPSets"] + rest["IPSets"]] == ["a", "b", "c"]
    assert "NextMarker" not in rest
    assert set(rest["IPSets"][0]) == {"Name", "Id", "Description", "LockToken", "ARN"}
    with pytest.raises(waf.exceptions.WAFInvalidParameterException):
        waf.list_ip_sets(Scope="CLOUDFRONT", NextMarker=first["NextMarker"])


def test_there_are_at_most_a_hundred_sets_in_a_scope(waf):
    for number in range(100):
        make(waf, f"set{number}", addresses=[])
    with pytest.raises(waf.exceptions.WAFLimitsExceededException, match="exceeded your resource limit"):
        make(waf)
    make(waf, Scope="CLOUDFRONT")


def test_a_policy_lets_somebody_change_one_set_and_no_other(vauban, waf, ip_set, named):
    statement = {"Effect": "Allow", "Action": "wafv2:*IPSet", "Resource": ip_set["ARN"]}
    vauban.user("alice", {"Version": "2012-10-17", "Statement": statement})
    alice = vauban.client("wafv2", user="alice")
    alice.update_ip_set(**named(ip_set, lock=True), Addresses=[])
    other = make(waf, "other")
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        alice.update_ip_set(**named(other, lock=True), Addresses=[])
    with pytest.raises(alice.exceptions.ClientError, match="AccessDeniedException"):
        make(alice, "another")
