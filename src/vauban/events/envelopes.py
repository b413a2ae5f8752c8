"""Events in the words in which rules and targets read them.

Source: EventBridge User Guide, "Event structure".
"""

from datetime import UTC, datetime
from typing import Any

from vauban.kernel.events import DomainEvent


def envelope_of(event: DomainEvent) -> dict[str, Any]:
    """What a service told, in the words in which rules and targets read events."""
    where = (event.account, event.region)
    return envelope(event.id, event.source, event.detail_type, *where, event.time, event.resources, event.detail)


def envelope(
    id: str, source: str, detail_type: str, account: str, region: str, time: float, resources: Any, detail: Any
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": id,
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": list(resources),
        "detail": detail,
    }
