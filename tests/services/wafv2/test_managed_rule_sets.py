from datetime import UTC, datetime

import pytest


def test_nobody_here_is_a_vendor(waf):
    assert waf.list_managed_rule_sets(Scope="REGIONAL")["ManagedRuleSets"] == []
    named = {"Name": "mine", "Scope": "REGIONAL", "Id": "1234abcd-12ab-34cd-56ef-1234567890ab"}
    lock = {"LockToken": "1234abcd-12ab-34cd-56ef-1234567890ab"}
    expiry = {"VersionToExpire": "1.0", "ExpiryTimestamp": datetime(2030, 1, 1, tzinfo=UTC)}
    for ask in (
        lambda: waf.get_managed_rule_set(**named),
        lambda: waf.put_managed_rule_set_versions(**named, **lock),
        lambda: waf.update_managed_rule_set_version_expiry_date(**named, **lock, **expiry),
    ):
        with pytest.raises(waf.exceptions.WAFNonexistentItemException):
            ask()
