"""The security policies of Elastic Load Balancing: which versions of TLS, and which ciphers, a listener speaks.

Those whose names say FIPS are not among them: they promise a validated module. Those that say PQ are there where this
OpenSSL has ML-KEM.
Source: Elastic Load Balancing, Application Load Balancers, "Security policies for your Application Load Balancer".
"""

import ssl
from typing import NamedTuple


class Policy(NamedTuple):
    protocols: tuple[str, ...]
    """``TLSv1.3``; the newest first."""
    ciphers: tuple[str, ...]
    """By OpenSSL's names, in the order in which they are preferred."""


DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
_ALL = ("TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1")
_TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_ORDER = (
    *("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256"),
    *("ECDHE-RSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"),
    *("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA384"),
    *("ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA"),
    *("AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA256", "AES256-SHA"),
)
"""All that are older than TLS 1.3, but for one."""


def _of(*, forward: bool = False, sha1: bool = True, gcm: bool = False) -> tuple[str, ...]:
    """Those among them with forward secrecy, without SHA-1, with GCM alone."""
    return tuple(
        each
        for each in _ORDER
        if (not forward or each.startswith("ECDHE"))
        and (sha1 or not each.endswith("-SHA"))
        and (not gcm or "GCM" in each)
    )


_RESTRICTED = _of(forward=True, gcm=True)
_FORWARD = _of(forward=True, sha1=False)
_TLS13_POLICIES = {
    "1-3": Policy(_ALL[:1], _TLS13),
    "1-2-Res": Policy(_ALL[:2], _TLS13 + _RESTRICTED),
    "1-2": Policy(_ALL[:2], _TLS13 + _FORWARD),
    "1-2-Ext1": Policy(_ALL[:2], _TLS13 + _of(sha1=False)),
    "1-2-Ext2": Policy(_ALL[:2], _TLS13 + _of()),
}
_POST_QUANTUM = ssl.OPENSSL_VERSION_INFO >= (3, 5)
POLICIES = {
    **{f"ELBSecurityPolicy-TLS13-{name}-2021-06": policy for name, policy in _TLS13_POLICIES.items()},
    "ELBSecurityPolicy-TLS13-1-1-2021-06": Policy(_ALL[:3], _TLS13 + _of()),
    "ELBSecurityPolicy-TLS13-1-0-2021-06": Policy(_ALL, _TLS13 + _of()),
    **{
        f"ELBSecurityPolicy-TLS13-{name}-PQ-2025-09": policy
        for name, policy in _TLS13_POLICIES.items()
        if _POST_QUANTUM
    },
    DEFAULT_POLICY: Policy(_ALL[1:], _of()),
    "ELBSecurityPolicy-2015-05": Policy(_ALL[1:], _of()),
    "ELBSecurityPolicy-TLS-1-0-2015-04": Policy(_ALL[1:], (*_of(), "DES-CBC3-SHA")),
    "ELBSecurityPolicy-TLS-1-1-2017-01": Policy(_ALL[1:3], _of()),
    "ELBSecurityPolicy-TLS-1-2-2017-01": Policy(_ALL[1:2], _of(sha1=False)),
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06": Policy(_ALL[1:2], _of()),
    "ELBSecurityPolicy-FS-2018-06": Policy(_ALL[1:], _of(forward=True)),
    "ELBSecurityPolicy-FS-1-1-2019-08": Policy(_ALL[1:3], _of(forward=True)),
    "ELBSecurityPolicy-FS-1-2-2019-08": Policy(_ALL[1:2], _of(forward=True)),
    "ELBSecurityPolicy-FS-1-2-Res-2019-08": Policy(_ALL[1:2], _FORWARD),
    "ELBSecurityPolicy-FS-1-2-Res-2020-10": Policy(_ALL[1:2], _RESTRICTED),
}
"""By name."""
