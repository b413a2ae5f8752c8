"""Which operation a request names: said by its headers, its path or its form, never guessed."""

from collections.abc import Collection, Iterable
from urllib.parse import unquote

from vauban.aws.catalog import Entry, catalog
from vauban.aws.models import load
from vauban.kernel.errors import UnknownOperationException
from vauban.kernel.requests import Request
from vauban.wire import hosts
from vauban.wire.forms import fields, text_of
from vauban.wire.routes import routes
from vauban.wire.targets import Target

CBOR = "smithy-rpc-v2-cbor"
QUERY_PROTOCOLS = frozenset({"query", "ec2"})
REST_PROTOCOLS = frozenset({"rest-json", "rest-xml"})
LONGEST_NAME = 128
"""Characters of a client's word that an error repeats."""


class Detector:
    """Finds targets. ``served`` are the services there are; None means all that AWS has."""

    def __init__(self, served: Collection[str] | None = None):
        self.served = served
        self.targets: dict[str, Target] = {}
        """By ``X-Amz-Target``; only operations that exist, so it cannot outgrow the models."""

    def __call__(self, request: Request) -> Target:
        """The request's target. Raises UnknownOperationException, or MalformedQueryString.

        A target whose service is not served has no operation.
        """
        named = request.headers.get("x-amz-target")
        if named is not None:
            return self.targets.get(named) or self.learn(named)
        if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
            return self.by_rpc_path(request.path)
        return self.by_form(request) or self.by_route(request)

    def learn(self, named: str) -> Target:
        """``TrentService.Encrypt``."""
        prefix, _, operation = named.rpartition(".")
        entries = speaking(catalog().by_target_prefix.get(prefix, ()), {"json"})
        target = self.rpc_target(entries, operation, "json", named)
        if target.operation is not None:
            self.targets[named] = target
        return target

    def by_rpc_path(self, path: str) -> Target:
        """``…/service/AWSShield_20160616/operation/CreateProtection``."""
        parts = path.split("/")
        if len(parts) < 5 or parts[-4] != "service" or parts[-2] != "operation":
            raise unknown(path)
        entries = speaking(catalog().by_target_prefix.get(parts[-3], ()), {CBOR})
        return self.rpc_target(entries, parts[-1], CBOR, path)

    def rpc_target(self, entries: Iterable[Entry], operation: str, protocol: str, named: str) -> Target:
        elsewhere = None
        for entry in entries:
            if not self.serves(entry):
                elsewhere = elsewhere or Target(entry.name, None, protocol)
            elif operation in load(entry.name).operations:
                return Target(entry.name, operation, protocol)
        if elsewhere is None:
            raise unknown(named)
        return elsewhere

    def serves(self, entry: Entry) -> bool:
        return self.served is None or entry.name in self.served

    def by_form(self, request: Request) -> Target | None:
        """``Action=AssumeRole&Version=2011-06-15``, in the body or the query."""
        text = text_of(request)
        if not (text.startswith("Action=") or "&Action=" in text):
            return None
        entries = self.query_entries(request, text)
        return self.form_target(entries, fields(text)) if entries else None

    def query_entries(self, request: Request, text: str) -> tuple[Entry, ...]:
        """The services a form may be for: those of the signature's scope, else of the host, else of its version."""
        scoped = speaking(scope_entries(request) or hosts.entries(request), QUERY_PROTOCOLS)
        return scoped or catalog().by_query_version.get(fields(text).get("Version", ""), ())

    def form_target(self, entries: tuple[Entry, ...], form: dict[str, str]) -> Target:
        action, version = form.get("Action", ""), form.get("Version", "")
        versioned = [entry for entry in entries if entry.api_version == version] if version else entries
        elsewhere = None
        for entry in versioned:
            protocol = "ec2" if "ec2" in entry.protocols else "query"
            if not self.serves(entry):
                elsewhere = elsewhere or Target(entry.name, None, protocol, form=form)
            elif action in load(entry.name).operations:
                return Target(entry.name, action, protocol, form=form)
        if elsewhere is None:
            said = version[:LONGEST_NAME] or "NO_VERSION_SPECIFIED"
            raise UnknownOperationException(f"Could not find operation {action[:LONGEST_NAME]} for version {said}")
        return elsewhere

    def by_route(self, request: Request) -> Target:
        """A REST path of the service that the signature's scope or the host names."""
        entries = speaking(scope_entries(request) or hosts.entries(request), REST_PROTOCOLS)
        found: list[tuple[int, Target]] = []
        elsewhere = None
        for entry in entries:
            protocol = "rest-xml" if "rest-xml" in entry.protocols else "rest-json"
            if not self.serves(entry):
                elsewhere = elsewhere or Target(entry.name, None, protocol)
                continue
            path = hosts.path_with_bucket(request) if entry.name == "s3" else request.path
            if match := routes(load(entry.name)).match(request, path):
                found.append((match.literals, Target(entry.name, match.operation, protocol, match.labels)))
        found.sort(key=lambda each: -each[0])
        if found and (len(found) == 1 or found[0][0] > found[1][0]):
            return found[0][1]
        if not found and elsewhere is not None:
            return elsewhere
        raise unknown(f"{request.method} {request.path}")


def scope_entries(request: Request) -> tuple[Entry, ...]:
    """The services that share the signing name in the request's credential scope."""
    scope = credential(request).split("/")
    return catalog().by_signing_name.get(scope[-2], ()) if len(scope) >= 4 else ()


def credential(request: Request) -> str:
    """``AKID/20250101/us-east-1/kms/aws4_request``, or what stands in its place; "" where there is none."""
    authorization = request.headers.get("authorization", "")
    if authorization.startswith("AWS4-"):
        return authorization.partition("Credential=")[2].partition(",")[0].strip()
    if "X-Amz-Credential=" in request.query:
        return unquote(request.query.partition("X-Amz-Credential=")[2].partition("&")[0])
    return ""


def speaking(entries: Iterable[Entry], protocols: Collection[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if not set(protocols).isdisjoint(entry.protocols))


def unknown(named: str) -> UnknownOperationException:
    return UnknownOperationException(f"Unknown operation: {named[:LONGEST_NAME]}")


detect = Detector()
"""Detects among all of AWS's services."""
