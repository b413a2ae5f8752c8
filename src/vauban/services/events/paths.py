"""JSON paths, as EventBridge takes parts out of an event: ``$.detail.items[0]['name']``. Pure."""

import re
from typing import Any

MISSING = object()
_STEP = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\d{1,9})\]|\['([^'\]]+)'\]|\[\"([^\"\]]+)\"\]")


def parse(path: str) -> tuple[str | int, ...]:
    """The names and places to follow. Raises ValueError for what is no such path."""
    if not path.startswith("$"):
        raise ValueError(f"{path} does not begin with $")
    steps, position = [], 1
    while position < len(path):
        matched = _STEP.match(path, position)
        if matched is None:
            raise ValueError(f"{path} is no path that can be followed")
        name, place, *quoted = matched.groups()
        steps.append(int(place) if place is not None else next(each for each in (name, *quoted) if each is not None))
        position = matched.end()
    return tuple(steps)


def follow(steps: tuple[str | int, ...], value: Any) -> Any:
    """What is there, or MISSING."""
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return MISSING
    return value
