"""Every setting: its name, type, default, and a line of help. Each is an option of ``vauban serve`` and a variable."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from vauban.kernel.regions import Regions


class SettingError(ValueError):
    """A setting cannot be what it was given; the message says what it may be."""


@dataclass(frozen=True)
class AccountKey:
    """An account to make at first start, with its root access key."""

    account: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


def _account_key(text: str) -> AccountKey:
    match = re.fullmatch(r"([0-9]{12})=([\w-]{1,128}):(\S{1,256})", text, re.ASCII)
    if match is None:
        raise SettingError("say ID=KEYID:SECRET, the ID being 12 digits")
    return AccountKey(*match.groups())


@dataclass(frozen=True)
class Address:
    """Where a host is, by name and port."""

    name: str
    host: str
    port: int


def _address(text: str) -> Address:
    match = re.fullmatch(
        r"([A-Za-z0-9.-]{1,253})=(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})", text, re.ASCII
    )
    if match is None or not 1 <= int(match[3]) <= 65535:
        raise SettingError("say NAME=HOST:PORT")
    return Address(match[1], match[2].strip("[]"), int(match[3]))


def _relay(text: str) -> str:
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})", text, re.ASCII)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise SettingError("say HOST:PORT")
    return text


def _mailbox(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", text, re.ASCII):
        raise SettingError("say an address, such as no-reply@vauban.example")
    return text


def _endpoint(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]{1,253}):([0-9]{1,5})", text, re.ASCII)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise SettingError("say HOST:PORT")
    return match[1].strip("[]"), int(match[2])


@dataclass(frozen=True)
class TokenCluster:
    """A PKCS#11 token, and the id of the CloudHSM cluster that it stands for."""

    cluster: str
    module: str
    token: str
    account: str


def _token_cluster(text: str) -> TokenCluster:
    match = re.fullmatch(r"(?:([0-9]{12})/)?(cluster-[2-7a-zA-Z]{11,16})=(/[^:]+):([^:]{1,32})", text, re.ASCII)
    if match is None:
        raise SettingError("say CLUSTER=MODULE:TOKEN or ACCOUNT/CLUSTER=MODULE:TOKEN, the cluster as AWS spells them")
    return TokenCluster(match[2], match[3], match[4], match[1] or "")


def _resolver(text: str) -> tuple[str, int]:
    """Address and port of a DNS server."""
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::([0-9]{1,5}))?", text, re.ASCII)
    try:
        address = str(ipaddress.ip_address(match[1] or match[2])) if match else ""
    except ValueError:
        address = ""
    if match is None or not address or not 1 <= int(match[3] or 53) <= 65535:
        raise SettingError("say ADDRESS or ADDRESS:PORT")
    return address, int(match[3] or 53)


REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+){1,3}-[0-9]{1,2}", re.ASCII)


def _regions(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not all(REGION.fullmatch(each) for each in names):
        raise SettingError("say the names of Regions, with commas between them")
    return names


@dataclass(frozen=True)
class Peer:
    """A server that holds another Region."""

    region: str
    url: str


def _peer(text: str) -> Peer:
    region, equals, url = text.partition("=")
    if not equals or not REGION.fullmatch(region) or not re.fullmatch(r"https?://[^\s/?#@]+/?", url):
        raise SettingError("say REGION=URL, such as eu-west-1=https://vauban.eu.example:4566")
    return Peer(region, url.rstrip("/"))


def _choice(*choices: str):
    def parse(text: str) -> str:
        if text not in choices:
            raise SettingError(f"choose one of {', '.join(choices)}")
        return text

    return parse


def _whole(low: int, high: int):
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise SettingError(f"say a whole number from {low} to {high}")
        return int(text)

    return parse


def _setting(default: Any, parse: Any, help: str, metavar: str, repeat: bool = False) -> Any:
    return field(default=default, metadata={"parse": parse, "help": help, "metavar": metavar, "repeat": repeat})


@dataclass(frozen=True)
class Settings:
    """What ``vauban serve`` runs with."""

    host: str = _setting("127.0.0.1", str, "address to listen on", "ADDRESS")
    port: int = _setting(4566, _whole(0, 65535), "port to listen on; 0 takes a free one", "PORT")
    data: str = _setting("data", str, "directory to keep everything in, or `memory` for a scratch server", "DIR")
    workers: int = _setting(0, _whole(0, 256), "worker processes; 0 is one per core", "N")
    clock: str = _setting("wall", _choice("wall", "virtual"), "wall, or virtual: a clock you can advance", "CLOCK")
    audit: str = _setting(
        "relaxed",
        _choice("relaxed", "strict"),
        "relaxed: calls that change nothing are on the trail within 50 ms; strict: before they are answered",
        "MODE",
    )
    trail_days: int = _setting(0, _whole(0, 36_500), "days to keep audit events for; 0 keeps them for ever", "DAYS")
    trail_sink: str = _setting(
        "", str, "directory to deliver trails to, a folder for each S3 bucket (default: DIR/trails)", "DIR"
    )
    quotas: str = _setting(
        "none",
        _choice("none", "aws"),
        "aws: more calls a second than AWS takes are throttled; none: none are",
        "QUOTAS",
    )
    account: tuple[AccountKey, ...] = _setting(
        (), _account_key, "account to make at first start, with its root key; repeatable", "ID=KEYID:SECRET", True
    )
    regions: tuple[str, ...] = _setting(
        (), _regions, "Regions to hold, with commas between them (default: all but the peers')", "REGIONS"
    )
    peer: tuple[Peer, ...] = _setting((), _peer, "server that holds another Region; repeatable", "REGION=URL", True)
    link_secret_file: str = _setting("", str, "file with the secret that this server and its peers share", "FILE")
    seal: str = _setting(
        "file",
        _choice("file", "passphrase", "pkcs11", "ephemeral"),
        "what protects the root key at first start",
        "SEAL",
    )
    seal_key_file: str = _setting("", str, "the file seal's key (default: DIR/seal.key)", "FILE")
    passphrase_file: str = _setting("", str, "file with the passphrase, to unseal at start", "FILE")
    pkcs11_module: str = _setting("", str, "PKCS#11 library of the token", "FILE")
    pkcs11_token: str = _setting("", str, "label of the token", "LABEL")
    pkcs11_pin_file: str = _setting("", str, "file with the token's PIN", "FILE")
    tls: str = _setting(
        "off",
        _choice("off", "on"),
        "on: serve over TLS, by a certificate of the server's own if none is given",
        "TLS",
    )
    tls_certificate: str = _setting("", str, "PEM file with the certificate chain to serve TLS with", "FILE")
    tls_key: str = _setting("", str, "PEM file: its private key", "FILE")
    xks_ca: str = _setting("", str, "PEM file: whom to trust for external key store proxies, not the system's", "FILE")
    xks_address: tuple[Address, ...] = _setting(
        (),
        _address,
        "where the proxy of an endpoint's name is, if not there at port 443; repeatable",
        "NAME=HOST:PORT",
        True,
    )
    xks_timeout: int = _setting(250, _whole(50, 60_000), "milliseconds that a proxy has to answer", "MILLISECONDS")
    cloudhsm_cluster: tuple[TokenCluster, ...] = _setting(
        (), _token_cluster, "PKCS#11 token that stands for a CloudHSM cluster; repeatable", "CLUSTER=MODULE:TOKEN", True
    )
    public_parameters: str = _setting(
        "", str, "catalogue of the parameters under /aws/service/, in place of the one that comes along", "FILE"
    )
    attestation_root: str = _setting(
        "", str, "PEM file: the roots that attestation documents of recipients must lead to", "FILE"
    )

    webhook_ca: str = _setting(
        "", str, "PEM file: whom to trust for HTTPS endpoints that messages are posted to, not the system's", "FILE"
    )
    webhook_reach: str = _setting(
        "anywhere",
        _choice("anywhere", "public"),
        "where endpoints that messages are posted to may be: anywhere but at link-local addresses, or at public ones",
        "REACH",
    )
    smtp_relay: str = _setting("", _relay, "relay that mail is handed to", "HOST:PORT")
    smtp_from: str = _setting("", _mailbox, "address that mail comes from", "ADDRESS")
    smtp_tls: str = _setting(
        "starttls",
        _choice("starttls", "on", "off"),
        "starttls: mail goes by STARTTLS and not without; on: the relay speaks TLS from the start; off: in the clear",
        "TLS",
    )
    smtp_ca: str = _setting("", str, "PEM file: whom to trust for the relay, not the system's", "FILE")
    smtp_user: str = _setting("", str, "name to log in to the relay with", "NAME")
    smtp_password_file: str = _setting("", str, "file with the password that goes with it", "FILE")

    dns_resolver: tuple[str, int] | None = _setting(
        None,
        _resolver,
        "whom to ask for the names that certificates are validated by, not the system's",
        "ADDRESS:PORT",
    )

    edge: str = _setting("on", _choice("on", "off"), "on: load balancers listen and web ACLs block", "EDGE")
    edge_workers: int = _setting(0, _whole(0, 256), "processes of the edge; 0 is one per core", "N")
    edge_host: str = _setting(
        "127.0.0.1", str, "address that all load balancers share; on 127.0.0.1 each has one of its own too", "ADDRESS"
    )
    edge_port_offset: int = _setting(
        0, _whole(0, 60_000), "what is added to the ports of listeners: 8000 has port 80 at 8080", "N"
    )
    edge_proxy_protocol: str = _setting(
        "off", _choice("off", "on"), "on: a proxy in front says by the PROXY protocol whose connections are", "PROXY"
    )
    edge_log_seconds: int = _setting(300, _whole(1, 3600), "how often load balancers and WAF deliver logs", "SECONDS")

    edge_agent: tuple[str, int] | None = _setting(
        None, _endpoint, "where HAProxy asks for verdicts, by its stream processing protocol (SPOE)", "HOST:PORT"
    )

    @property
    def scratch(self) -> bool:
        """Whether nothing is kept: such a server can be reset, and needs no seal."""
        return self.data == "memory"

    @property
    def secure(self) -> bool:
        """Whether it is served over TLS."""
        return self.tls == "on" or bool(self.tls_certificate)

    @property
    def directory(self) -> Path:
        return Path(self.data)

    @property
    def held_regions(self) -> Regions:
        return Regions(frozenset(self.regions), {each.region: each.url for each in self.peer})

    @property
    def edge_count(self) -> int:
        """Processes of the edge; a scratch server has it in its only one."""
        return 0 if self.scratch or self.edge == "off" else self.edge_workers or os.cpu_count() or 1

    @property
    def worker_count(self) -> int:
        return 1 if self.scratch else self.workers or os.cpu_count() or 1


def variable(name: str) -> str:
    """The environment variable of a setting: ``VAUBAN_SEAL_KEY_FILE``."""
    return f"VAUBAN_{name.upper()}"


def read(given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Settings from options (text, or None where not given), then variables, then defaults. Raises SettingError."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        text = given.get(each.name)
        if text is None:
            text = environment.get(variable(each.name)) or None
            if text is not None and each.metadata["repeat"]:
                text = text.split()
        if text is not None:
            values[each.name] = _parse(each, text)
    settings = Settings(**values)
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise SettingError("--tls-certificate and --tls-key go together")
    if settings.peer and not settings.link_secret_file:
        raise SettingError("--peer needs --link-secret-file")
    if settings.smtp_relay and not settings.smtp_from:
        raise SettingError("--smtp-relay needs --smtp-from")
    if bool(settings.smtp_user) != bool(settings.smtp_password_file):
        raise SettingError("--smtp-user and --smtp-password-file go together")
    if both := sorted({each.region for each in settings.peer}.intersection(settings.regions)):
        raise SettingError(f"{both[0]} is held here or by a peer, not by both")
    return settings


def _parse(setting: Any, text: Any) -> Any:
    parse = setting.metadata["parse"]
    try:
        return tuple(parse(each) for each in text) if setting.metadata["repeat"] else parse(text)
    except SettingError as error:
        raise SettingError(f"--{setting.name.replace('_', '-')}: {error}") from None
