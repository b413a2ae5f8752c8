"""Which services there are: a package in ``vauban.services`` is a service, and nothing else has to know of it."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from vauban import services
from vauban.kernel.operations import Service
from vauban.kernel.records import KINDS, RecordKind


class Services(Mapping[str, Service]):
    """Services by boto3 name, each imported when it is first asked for, so that no start waits for all of them."""

    def __init__(self) -> None:
        packages = (module.name for module in pkgutil.iter_modules(services.__path__))
        self._packages = {name.rstrip("_").replace("_", "-"): name for name in packages}

    def __getitem__(self, name: str) -> Service:
        return importlib.import_module(f"vauban.services.{self._packages[name]}").SERVICE

    def __contains__(self, name: object) -> bool:
        return name in self._packages

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)

    def load(self) -> None:
        """Import all: what works by the clock or on events has to know of everything that does."""
        for name in self:
            self[name]


def all_kinds() -> Iterable[RecordKind]:
    """Every kind of record that any service keeps."""
    Services().load()
    return KINDS.values()


def release() -> str:
    """What tells this code from any other: a digest over the names, sizes and times of its files."""
    root = Path(__file__).parent
    files = sorted(root.rglob("*.py"))
    told = "\n".join(f"{each.relative_to(root)} {(at := each.stat()).st_size} {at.st_mtime_ns}" for each in files)
    return sha256(told.encode()).hexdigest()
