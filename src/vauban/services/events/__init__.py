"""Amazon EventBridge: buses, rules that say which events, targets that are told of them, at least once.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first. An event goes from ``entries`` (or a
service that told it) through ``arrivals``, where rules are asked, to ``deliveries``.
"""

from vauban.kernel.operations import Service
from vauban.services.events import (
    archives,
    arrivals,
    buses,
    deliveries,
    entries,
    firings,
    permissions,
    replays,
    rules,
    shelves,
    tags,
    targets,
)

SERVICE = Service(
    "events",
    buses,
    permissions,
    rules,
    targets,
    entries,
    tags,
    arrivals,
    deliveries,
    firings,
    archives,
    shelves,
    replays,
)
