"""Backups: the database and how its seal is described, never what opens the seal."""

import asyncio
from pathlib import Path
from typing import Any

from vauban.administration.doors import Answer, Refused
from vauban.background.links import Origin
from vauban.crypto import sealfile
from vauban.kernel.errors import StorageUnavailable
from vauban.kernel.records import kind_of
from vauban.storage.sqlite import backups

_BESIDE = (sealfile.NAME,)


def operations(directory: Path) -> dict[str, Answer]:
    """For the operator's door of the server of a data directory."""

    async def back_up(given: dict[str, Any]) -> dict[str, Any]:
        destination = Path(str(given.get("to", "")))
        if not destination.is_absolute():
            raise Refused("say where to write the backup, as an absolute path")
        try:
            await asyncio.to_thread(backups.back_up, directory, destination, _BESIDE)
        except (OSError, StorageUnavailable) as error:
            raise Refused(str(error)) from None
        return {"directory": str(destination), "bytes": sum(each.stat().st_size for each in destination.iterdir())}

    return {"POST backup": back_up}


def restore(backup: Path, directory: Path) -> int:
    """Make ``directory`` what it was when ``backup`` was made; how many audit events it has, their chain intact.

    Raises StorageUnavailable where the backup is not whole, or the directory holds something already.
    """
    return backups.restore(backup, directory, _BESIDE, (kind_of(Origin).name,)).events
