"""Amazon EventBridge: buses, rules that say which events, targets that are told of them, at least once.

Read ``resources`` (what is kept) and ``resolvers`` (how it is named) first. An event goes from ``entries`` (or a
service that told it) through ``arrivals``, where rules are asked, to ``deliveries``.
"""

from vauban.kernel.operations import Service
from vauban.services.events import (
    api_destinations,
    archives,
    arrivals,
    authorizations,
    buses,
    connections,
    deliveries,
    encryption,
    entries,
    exchanges,
    firings,
    permissions,
    replays,
    rules,
    shelves,
    tags,
    targets,
)
from vauban.services.events.conditions import CONDITIONS

SERVICE = Service(
    "events",
    buses,
    permissions,
    rules,
    targets,
    entries,
    tags,
    archives,
    replays,
    connections,
    api_destinations,
    arrivals,
    deliveries,
    encryption,
    exchanges,
    authorizations,
    shelves,
    firings,
    conditions=CONDITIONS,
)
