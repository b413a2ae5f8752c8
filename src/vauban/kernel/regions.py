"""Which Regions this server holds, and who holds the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Regions:
    held: frozenset[str] = frozenset()
    """Empty where it holds every Region that is no peer's."""
    peers: Mapping[str, str] = field(default_factory=dict)
    """Region -> the URL of the server that holds it."""

    def holds(self, region: str) -> bool:
        return region in self.held if self.held else region not in self.peers

    def reaches(self, region: str) -> bool:
        """Whether an event for the Region arrives: here, or over a link."""
        return self.holds(region) or region in self.peers


EVERY_REGION = Regions()
