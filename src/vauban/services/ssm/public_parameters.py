"""Parameters that AWS publishes, under ``/aws/service/``: read by everyone, written by nobody.

They come from a catalogue, ``data/public_parameters.json``, which ``scripts/write_public_parameters.py`` writes; an
operator's own file may take its place. Its ids of machine images are made up, alike on every day: there is no EC2 here
that would know them.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from vauban.services.ssm.resources import Parameter

PREFIX = "/aws/service/"
INFRASTRUCTURE = "/aws/service/global-infrastructure"
IMAGE = "aws:ec2:image"


class Catalogue:
    """Names and values, in order of name."""

    def __init__(self, content: dict[str, Any]):
        self.published = datetime.fromisoformat(content["published"])
        self.regions = frozenset(content["regions"])
        self.images = frozenset(content["images"])
        self._values = {**dict(_infrastructure(content["regions"], content["services"])), **content["parameters"]}
        self.names = sorted(self._values.keys() | self.images)

    def value(self, name: str, region: str) -> str:
        """Raises KeyError where there is none of that name."""
        return _image_id(name, region) if name in self.images else self._values[name]

    def below(self, path: str, after: str) -> Iterator[str]:
        """Names that start with ``path`` and come behind ``after``."""
        for name in self.names[bisect_right(self.names, max(path, after)) :]:
            if not name.startswith(path):
                return
            yield name


_operators: Path | None = None


def use(path: Path | None) -> None:
    """Take the catalogue from an operator's file, or the shipped one. Raises ValueError for a file that holds none."""
    global _operators
    try:
        if path is not None:
            Catalogue(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no catalogue of public parameters: {error!r}") from error
    _operators = path
    catalogue.cache_clear()
    find.cache_clear()


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    shipped = files(__package__) / "data" / "public_parameters.json"
    return Catalogue(json.loads((_operators or shipped).read_text()))


def regions() -> frozenset[str]:
    """AWS's Regions, of all partitions."""
    return catalogue().regions


def is_public(name: str) -> bool:
    return name.startswith(PREFIX)


@lru_cache(maxsize=4096)
def find(name: str, region: str) -> Parameter | None:
    """The parameter as it is published in a Region."""
    kept = catalogue()
    try:
        value = kept.value(name, region)
    except KeyError:
        return None
    data_type = IMAGE if name in kept.images else "text"
    return Parameter(name, "", region, 1, "String", kept.published, "", value.encode(), data_type=data_type)


def _image_id(name: str, region: str) -> str:
    return f"ami-{hashlib.sha256(f'{region} {name}'.encode()).hexdigest()[:17]}"


def _infrastructure(regions: dict[str, Any], services: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What AWS publishes of its Regions and of the services in them, both ways round."""
    for region, about in regions.items():
        yield f"{INFRASTRUCTURE}/regions/{region}", region
        for member, value in about.items():
            yield f"{INFRASTRUCTURE}/regions/{region}/{member}", value
    for service, about in services.items():
        yield f"{INFRASTRUCTURE}/services/{service}", service
        yield f"{INFRASTRUCTURE}/services/{service}/longName", about["longName"]
        for region in about["regions"]:
            yield f"{INFRASTRUCTURE}/services/{service}/regions/{region}", region
            yield f"{INFRASTRUCTURE}/regions/{region}/services/{service}", service
