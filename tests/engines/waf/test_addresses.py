import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vauban.engines.waf.addresses import AddressSet, address

NUMBERS = st.integers(0, 2**32 - 1) | st.integers(2**24, 2**24 + 40)
NETWORKS = st.tuples(NUMBERS, st.integers(1, 32)).map(lambda pair: ipaddress.ip_network(pair, strict=False))


@given(st.lists(NETWORKS, max_size=20), st.lists(NUMBERS, min_size=1, max_size=20))
def test_an_address_is_in_a_set_if_it_is_in_one_of_its_networks(networks, numbers):
    known = AddressSet([str(network) for network in networks], "IPV4")
    edges = [number for network in networks for number in (int(network[0]), int(network[-1]))]
    for found in map(ipaddress.IPv4Address, numbers + edges):
        assert (found in known) is any(found in network for network in networks)


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.4.5", "[::1]", "1.2.3.4:80", "x" * 10_000, "1" * 64, "::g"])
def test_what_is_no_address_is_none(text):
    assert address(text) is None


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"])
def test_an_address_is_one(text):
    assert address(text) == ipaddress.ip_address(text)
