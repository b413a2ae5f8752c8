"""Web ACLs in a request's way: the request is put before the engine, and what it says is done, counted and kept."""

import asyncio
import logging
import time
from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from vauban.edge.conditions import host_of
from vauban.edge.protections import Protections
from vauban.edge.replies import Reply, plain
from vauban.edge.samples import Samples
from vauban.edge.tokens import PATH, interstitial, issue
from vauban.edge.waf_logs import Source, WafLog
from vauban.engines import waf
from vauban.engines.waf.rates import Count
from vauban.kernel.sinks import Sink
from vauban.kernel.traffic import Inspection

if TYPE_CHECKING:
    from vauban.edge.exchanges import Exchange

_log = logging.getLogger("vauban.edge")
_encode = msgspec.msgpack.Encoder().encode
_decode_counts = msgspec.msgpack.Decoder(list[Count]).decode


class Guard:
    """A web ACL at work. One that cannot be compiled lets nothing pass."""

    def __init__(self, inspection: Inspection, acl: waf.WebAcl | None, rates: waf.Rates, log: WafLog):
        self.inspection = inspection
        self.acl = acl
        self.samples = Samples(inspection)
        self._protections = Protections(inspection.web_acl.get("DataProtectionConfig"))
        self._rates = rates
        self._log = log
        self.limit = acl.body_limit() if acl is not None else 0
        """How many bytes of a body are inspected."""

    async def inspect(self, exchange: "Exchange") -> Reply | None:
        """The answer to a request that is not to be let through; None lets it."""
        domain, keys = host_of(exchange.head).lower(), self.inspection.token_keys
        if exchange.head.path == PATH and keys:
            return await issue(exchange, domain, keys)
        if exchange.head.length:
            exchange.stream.invite()
            await exchange.incoming.fill(self.limit + 1)
        verdict = self.judge(self._request(exchange), _source(exchange))
        if verdict is None:
            return self._without_verdict(exchange)
        exchange.actions.append("waf")
        if verdict.allowed:
            exchange.inserted = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in verdict.inserted]
            return None
        if verdict.action in ("CAPTCHA", "CHALLENGE") and keys:
            return interstitial(verdict, exchange, domain, keys[0])
        return _reply(verdict)

    def judge(self, request: waf.Request, source: Source) -> waf.Verdict | None:
        """What is to be done with a request, counted and logged; None where no verdict is to be had."""
        verdict = self._verdict(request)
        if verdict is not None:
            now = time.time()
            shown = self._protections.shown(request, verdict)
            self.samples.note(*shown, now)
            self._log.note(self.inspection, source, *shown, now)
        return verdict

    def limited(self, rule: str, group_rule: str) -> list[str]:
        """The addresses that one of its rate-based rules limits now."""
        if self.acl is None or (f"{group_rule}/{rule}" if group_rule else rule) not in self.acl.rates:
            return []
        return sorted(self.acl.limited(self._rates, time.time(), rule, group_rule))

    def _request(self, exchange: "Exchange") -> waf.Request:
        head, incoming, client = exchange.head, exchange.incoming, exchange.client
        whole = incoming.ended and len(incoming.buffered) <= self.limit
        size = None if whole else max(head.length, incoming.received)
        return waf.Request(
            method=head.method,
            path=head.path,
            query=head.query,
            fragment=head.fragment,
            headers=tuple(head.headers),
            body=bytes(incoming.buffered[: self.limit]),
            body_size=size,
            client_ip=client.address,
            ja3=client.ja3,
            ja4=client.ja4,
            version="HTTP/" + head.version.decode(),
            time=exchange.began,
            host=host_of(head).lower(),
        )

    def _verdict(self, request: waf.Request) -> waf.Verdict | None:
        if self.acl is None:
            return None
        try:
            return self.acl.evaluate(request, self._rates)
        except Exception:  # noqa: BLE001 - whatever fails here, it is for the operator to say whether it lets pass
            _log.exception("%s came to no verdict", self.inspection.web_acl_arn)
            return None

    def _without_verdict(self, exchange: "Exchange") -> Reply | None:
        """Let it through or not, as the load balancer's attribute has it."""
        exchange.actions.append("waf-failed")
        attributes = exchange.site.load_balancer.attributes
        return None if attributes.get("waf.fail_open.enabled") == "true" else plain(500, "WAFServiceError")


class Guards:
    """All web ACLs. What did not change is taken over from one snapshot to the next, with its samples."""

    def __init__(self, sink: Sink | None, seconds: float, cache: MutableMapping[str, bytes], shares: bool):
        """``cache`` keeps what takes long to compile; ``seconds`` is how often logs are delivered."""
        self.rates = waf.Rates(shared=shares)
        self._cache = cache
        self._log = WafLog(sink, seconds)
        self._guards: dict[bytes, Guard] = {}
        self._by_arn: dict[str, Guard] = {}
        self.by_resource: dict[str, Guard] = {}

    async def prepared(self, inspections: Iterable[Inspection]) -> dict[str, Guard]:
        """The guard of each protected resource, by its ARN. What is new is compiled off the loop."""
        before, self._guards = self._guards, {}
        found: dict[str, Guard] = {}
        for inspection in inspections:
            content = _encode(
                (inspection.web_acl_arn, inspection.web_acl, inspection.references, inspection.token_keys)
            )
            guard = before.get(content) or await self._made(inspection)
            guard.inspection = inspection
            self._guards[content] = guard
            found |= dict.fromkeys(inspection.resources, guard)
        self._by_arn = {guard.inspection.web_acl_arn: guard for guard in self._guards.values()}
        self.by_resource = found
        self.rates.keep(self.identities())
        return found

    def identities(self) -> set[str]:
        """Of the rate-based rules in force, as their counts are kept by."""
        acls = [guard.acl for guard in self._guards.values() if guard.acl is not None]
        return {rule.identity for acl in acls for rule in acl.rates.values()}

    def samples(self, web_acl: str, metric: str, since: float, until: float, most: int) -> dict[str, Any]:
        guard = self._by_arn.get(web_acl)
        if guard is None:
            return {"population": 0, "samples": []}
        return guard.samples.between(metric, since, until, most)

    def limited_keys(self, web_acl: str, rule: str, rule_group_rule: str) -> list[str]:
        guard = self._by_arn.get(web_acl)
        return guard.limited(rule, rule_group_rule) if guard is not None else []

    def counts(self, web_acl: str) -> dict[str, dict[str, int]]:
        guard = self._by_arn.get(web_acl)
        return guard.samples.counts if guard is not None else {}

    def log_lines(self, web_acl: str) -> list[str]:
        """What was logged of a web ACL for a destination that is not a bucket, since it was last asked for."""
        return self._log.take(web_acl)

    def taken(self) -> bytes:
        """What was counted for rate-based rules since the last time, for ``merge`` elsewhere; empty for nothing."""
        counts = self.rates.taken()
        return _encode(counts) if counts else b""

    def merge(self, counts: bytes) -> None:
        self.rates.merge(_decode_counts(counts))

    async def tick(self, now: float) -> None:
        await self._log.tick(now)

    async def close(self) -> None:
        await self._log.close()

    async def _made(self, inspection: Inspection) -> Guard:
        """A new one; where the web ACL had a guard, that one's samples go on."""
        guard = Guard(inspection, await asyncio.to_thread(self._compiled, inspection), self.rates, self._log)
        before = self._by_arn.get(inspection.web_acl_arn)
        if before is not None:
            guard.samples.take_over(before.samples)
        return guard

    def _compiled(self, inspection: Inspection) -> waf.WebAcl | None:
        try:
            return waf.compile(
                inspection.web_acl, inspection.references, token_keys=inspection.token_keys, cache=self._cache
            )
        except waf.Refusal as refusal:
            _log.error("%s lets nothing pass: %s", inspection.web_acl_arn, refusal)
            return None


def _source(exchange: "Exchange") -> Source:
    request_id = exchange.trace.decode("latin-1").partition("=")[2].partition(";")[0]
    name = exchange.site.load_balancer.arn.partition("loadbalancer/")[2]
    return Source(name, request_id, bool(exchange.client.tls_version))


def _reply(verdict: waf.Verdict) -> Reply:
    response = verdict.response
    page = plain(response.status)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if not response.content_type:
        return page._replace(headers=[*page.headers, *headers], error_reason="WAFRejected")
    typed = (b"Content-Type", response.content_type.encode())
    return Reply(response.status, [typed, *headers], response.body, "WAFRejected")
