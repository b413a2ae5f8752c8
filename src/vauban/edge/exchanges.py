"""The life of a request: inspected, routed, answered or carried to a target, written down."""

import random
import time
from typing import TYPE_CHECKING, Any, Protocol

from vauban.edge.cookies import Stickiness
from vauban.edge.forwarding import Client, forwarded, forwards_too_many, trace_id
from vauban.edge.heads import CHUNKED, HOP_BY_HOP, Headers, RequestHead, ResponseHead, checked
from vauban.edge.incoming import ClientGone, Incoming
from vauban.edge.replies import Reply, fixed, plain, redirect
from vauban.edge.upstreams import TargetFailed, Upstream
from vauban.http.refusals import Refusal

if TYPE_CHECKING:
    from vauban.edge.doors import Door
    from vauban.edge.pools import Member, Pool
    from vauban.edge.sites import Route, Site

_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"))
_REFUSED_METHODS = frozenset((b"TRACE", b"CONNECT"))


class Stream(Protocol):
    """Who asked, in whichever version of HTTP: takes one answer."""

    written_bytes: int

    def invite(self) -> None: ...

    def give_up_body(self) -> None: ...

    def answer(self, status: int, reason: bytes, headers: Headers, length: int) -> None: ...

    def write_body(self, data: bytes) -> None: ...

    def end_body(self) -> None: ...

    def cut(self) -> None: ...

    def switch(self, head: ResponseHead, upstream: Upstream, rest: bytes, idle_seconds: float) -> None: ...


class Exchange:
    """One request, from its head to the last byte of its answer. It is the sink of the target's answer."""

    def __init__(self, door: "Door", stream: Stream, head: RequestHead, incoming: Incoming, client: Client):
        self.plane = door.plane
        self.site: Site = door.site_for(head, client)
        self.stream = stream
        self.head = head
        self.incoming = incoming
        self.client = client
        self.began = time.time()
        self.clock = self.plane.loop.time()
        self.touched = self.clock
        """When something last moved."""
        self.trace = trace_id(head, self.began)
        self.status = 0
        self.target_status = 0
        self.member: Member | None = None
        self.pool: Pool | None = None
        self.route: Route | None = None
        self.actions: list[str] = []
        self.redirect_url = ""
        self.error_reason = ""
        self.sent_at = self.head_at = 0.0
        """When the request had gone to the target, and its answer's head had come (loop time)."""
        self.first_byte = stream.written_bytes
        self.inserted: Headers = []
        """What the web ACL adds to the request."""
        self.switched = False
        self._upstream: Upstream | None = None
        self._stickiness: Stickiness | None = None
        self._gone = False

    async def run(self) -> None:
        """Answer, whatever happens."""
        self.plane.begin(self)
        try:
            reply = await self._serve()
            if reply is not None:
                self.reply(reply)
        except Refusal as refusal:
            self._fall(plain(refusal.status))
        except ClientGone:
            self.status = 460
        except TargetFailed as failure:
            self._fall(plain(failure.status))
        finally:
            self.plane.end(self)

    # What the connection and the plane tell

    def let_answer(self, flowing: bool) -> None:
        """Whether the client takes more of the answer."""
        if self._upstream is not None:
            self._upstream.hold(not flowing)

    def leave(self) -> None:
        """The client is gone."""
        self._gone = True
        if self._upstream is not None and not self.switched:
            self._upstream.close()

    def expire(self, now: float) -> None:
        """Give up a target that is silent for too long."""
        if self._upstream is not None and not self.switched and now - self.touched > self.site.idle_seconds:
            self.error_reason = ""
            self._upstream.give_up("the target is silent", 504)

    # The life

    async def _serve(self) -> Reply | None:
        """The answer, or None where a target's has been handed on."""
        if self.head.method in _REFUSED_METHODS:
            return plain(405)
        if self.site.manner.mode != "preserve" and forwards_too_many(self.head):
            return plain(463)
        if self.site.guard is not None:
            blocked = await self.site.guard.inspect(self)
            if blocked is not None:
                return blocked
        self.route = self.site.route_for(self.head, self.client.address)
        if self.route.transform is not None:
            self.route.transform.apply(self.head)
        return await self._carry_out(self.route.actions)

    async def _carry_out(self, actions: tuple[dict[str, Any], ...]) -> Reply | None:
        for action in actions:
            match action["Type"]:
                case "fixed-response":
                    self.actions.append("fixed-response")
                    return fixed(action["FixedResponseConfig"])
                case "redirect":
                    self.actions.append("redirect")
                    listener = self.site.listener
                    return redirect(action["RedirectConfig"], self.head, listener.protocol, listener.port)
                case "forward":
                    self.actions.append("forward")
                    return await self._forward(action)
                case _:
                    break
        return plain(500)

    async def _forward(self, action: dict[str, Any]) -> Reply | None:
        self._stickiness = Stickiness(self.head, action, self.plane.key)
        pool = self.plane.pools.get(self._stickiness.choose_group(random.random()))
        if pool is None or pool.group.target_type != "ip":
            return plain(502)
        self.pool = pool
        self.member = self._stickiness.choose_member(pool)
        if self.member is None:
            return plain(503)
        head = self._outgoing_head()
        self.stream.invite()
        try:
            await self._attempt(head)
        except TargetFailed as failure:
            if not (failure.stale and self._may_repeat()):
                raise
            await self._attempt(head, fresh=True)
        return None

    async def _attempt(self, head: bytes, fresh: bool = False) -> None:
        """One exchange with the target. Raises TargetFailed."""
        member = self.member
        upstream = await member.connection(fresh)
        if self._gone:
            member.give_back(upstream)
            raise ClientGone
        self._upstream = upstream
        member.outstanding += 1
        self.touched = self.sent_at = self.plane.loop.time()
        try:
            done = upstream.begin(head, self.head, self)
            if self.head.length:
                self.incoming.pipe(upstream)
            reusable = await done
        except BaseException:
            upstream.close()
            raise
        finally:
            member.outstanding -= 1
            self._upstream = None
        if reusable:
            member.give_back(upstream)
        elif not self.switched:
            upstream.close()

    def _may_repeat(self) -> bool:
        """A kept connection that the target closed meanwhile is nobody's fault, if asking again does no harm."""
        return self.head.length == 0 and self.head.method in _IDEMPOTENT and not self.status and not self._gone

    def _outgoing_head(self) -> bytes:
        head = self.head
        headers = forwarded(head, self.client, self.site.manner, self.site.listener.port, self.trace, self.inserted)
        lines = [b"%b %b HTTP/1.1\r\n" % (head.method, head.origin_form)]
        lines += [b"%b: %b\r\n" % header for header in headers]
        if head.length == CHUNKED:
            lines.append(b"Transfer-Encoding: chunked\r\n")
        if head.upgrade == b"websocket":
            lines.append(b"Connection: upgrade\r\nUpgrade: websocket\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def reply(self, reply: Reply) -> None:
        """Answer without a target."""
        if not self.incoming.ended:
            self.stream.give_up_body()
        self.error_reason = self.error_reason or reply.error_reason
        self.redirect_url = next((value.decode("latin-1") for name, value in reply.headers if name == b"Location"), "")
        own = [(b"Server", b"awselb/2.0")] if self.site.says_server else []
        headers = [*own, (b"Date", self.plane.date), *reply.headers, *self.site.response_headers]
        if reply.status != 204:
            headers.append((b"Content-Length", b"%d" % len(reply.body)))
        self.stream.answer(reply.status, b"", checked(headers), len(reply.body))
        if reply.body and self.head.method != b"HEAD":
            self.stream.write_body(reply.body)
        self.stream.end_body()
        self.status = reply.status

    def _fall(self, reply: Reply) -> None:
        """Answer an error; where an answer has begun, it is cut instead."""
        if self._gone:
            self.status = self.status or 460
        elif self.target_status or self.switched:
            self.stream.cut()
        else:
            self.reply(reply)

    # The target's answer

    def take_head(self, head: ResponseHead) -> None:
        self.touched = self.head_at = self.plane.loop.time()
        self.status = self.target_status = head.status
        site = self.site
        replaced = site.replaced_headers
        headers = [
            header for header in head.headers if (key := header[0].lower()) not in HOP_BY_HOP and key not in replaced
        ]
        headers += site.response_headers
        if self._stickiness is not None:
            headers += self._stickiness.set_cookies(self.pool, self.member, head, bool(self.client.tls_version))
        bodiless = self.head.method == b"HEAD" or head.status in (204, 304)
        self.stream.answer(head.status, head.reason, headers, 0 if bodiless else head.length)

    def take_data(self, data: bytes) -> None:
        self.touched = self.plane.now
        self.stream.write_body(data)

    def take_end(self) -> None:
        self.stream.end_body()

    def let_body(self, flowing: bool) -> None:
        self.incoming.hold(not flowing)

    def take_switch(self, head: ResponseHead, upstream: Upstream, rest: bytes) -> None:
        self.head_at = self.plane.loop.time()
        if self.head.upgrade != b"websocket":
            upstream.give_up("the target changed the protocol unasked", 502)
            return
        self.status = self.target_status = 101
        self.switched = True
        self.stream.switch(head, upstream, rest, self.site.idle_seconds)
