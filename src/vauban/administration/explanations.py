"""A denial from the trail, told to a person."""

from datetime import UTC, datetime

from vauban.kernel.decisions import Decision
from vauban.kernel.events import AuditEvent
from vauban.policy import explain


def explanation(event: AuditEvent) -> str:
    """Who was denied what and when, what each layer said, and what would have allowed it. Of denials only."""
    when = datetime.fromtimestamp(event.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return (
        f"{event.principal[2]} called {event.service}:{event.operation} in {event.region} at {when}.\n"
        f"{explain(Decision.read(event.decision or {}))}"
    )
