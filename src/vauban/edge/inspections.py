"""Web ACLs on the way of requests."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vauban.edge.replies import Reply
from vauban.kernel.sinks import Sink
from vauban.kernel.traffic import Inspection

if TYPE_CHECKING:
    from vauban.edge.exchanges import Exchange


class Guard:
    async def inspect(self, exchange: "Exchange") -> Reply | None: ...


class Guards:
    def __init__(self, sink: Sink | None, seconds: float):
        pass

    async def prepared(self, inspections: Iterable[Inspection]) -> dict[str, Guard]:
        return {}

    async def tick(self, now: float) -> None: ...

    async def close(self) -> None: ...
