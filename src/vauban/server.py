"""Where the parts are put together: one process's worth of Vauban."""

import importlib
import pkgutil
import time

from vauban import services
from vauban.background.clocks import Clock, VirtualClock, WallClock
from vauban.background.timers import Timers
from vauban.crypto.sealers import AccountSealer
from vauban.gateway import Gateway
from vauban.gateway.accounts import Accounts
from vauban.gateway.admin import PREFIX, Door
from vauban.kernel.operations import Service
from vauban.kernel.requests import Request, Response
from vauban.kernel.stores import Store
from vauban.settings import Settings
from vauban.storage.memory import MemoryStore


class Vauban:
    """The gateway with all that stands behind it, on one store and one clock. An application for ``http.Server``."""

    def __init__(self, settings: Settings, store: Store, clock: Clock):
        self.settings = settings
        self.store = store
        self.clock = clock
        self.accounts = Accounts(store, clock.now)
        self.timers = Timers(store, clock.now)
        self.gateway = Gateway(discover(), store, clock.now, time.time, strict_audit=settings.audit == "strict")
        self.public_door = Door({"GET health": self._health})

    async def __call__(self, request: Request) -> Response:
        if request.path.startswith(PREFIX):
            return await self.public_door(request)
        return await self.gateway(request)

    async def prepare(self) -> None:
        """Make the accounts of a first start; on later starts there are some, and nothing is done."""
        if self.accounts.all():
            return
        for given in self.settings.account:
            await self.accounts.create(given.account, given.access_key_id, given.secret_access_key)
        if not self.settings.account:
            await self.accounts.create()

    async def _health(self, _: dict) -> dict:
        return {"status": "running", "sealed": False}


def discover() -> dict[str, Service]:
    """Every service in ``vauban.services``, by boto3 name."""
    found: dict[str, Service] = {}
    for module in pkgutil.iter_modules(services.__path__):
        service = importlib.import_module(f"vauban.services.{module.name}").SERVICE
        found[service.name] = service
    return found


def virtual_clock() -> VirtualClock:
    """A virtual clock for one process, which forgets its offset at the end."""
    offset = [0.0]
    return VirtualClock(lambda: offset[0], lambda moved: offset.__setitem__(0, moved))


def scratch(settings: Settings) -> Vauban:
    """A Vauban that keeps nothing."""
    clock = virtual_clock() if settings.clock == "virtual" else WallClock()
    return Vauban(settings, MemoryStore(AccountSealer.ephemeral()), clock)
