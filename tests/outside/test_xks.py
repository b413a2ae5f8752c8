"""Against the example that the specification of the API works out."""

import base64

from vauban.outside.xks import Occasion, Sealed, integrity_value


def test_the_integrity_value_is_the_specifications() -> None:
    """Appendix C."""
    sealed = Sealed(
        base64.b64decode("ghxkK1txeDNn3q8Y"),
        base64.b64decode("HMrlRw85cAJUd5Ax"),
        base64.b64decode("vBxN2ncH1oEkR8WVXpmyYQ=="),
        base64.b64decode("a2V5X3ZlcnNpb249MQ=="),
    )
    authenticated = b"project=nile,department=marketing"
    expected = "qHA/ImC9h5HsLRXqCyPmWgYx7tzyoTplzILbP0fPXsc="
    assert base64.b64encode(integrity_value(authenticated, sealed)).decode() == expected


def test_what_is_not_known_is_left_out_of_a_requests_metadata() -> None:
    assert Occasion("KmsHealthCheck", "1").encode() == {"kmsOperation": "KmsHealthCheck", "kmsRequestId": "1"}
