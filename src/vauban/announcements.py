"""What a server says at start: where it is, whose it is, and what it enforces."""

import sys
from pathlib import Path
from typing import Any

from vauban.outside.functions import isolates, memory_groups
from vauban.settings import Settings


def banner(settings: Settings, facts: dict[str, Any]) -> str:
    """``facts``: endpoint, accounts, access_key_id, and the seal's kind where there is one."""
    where = "" if settings.data == "data" else f" --data {settings.data}"
    where += f" --port {settings.port}" if settings.scratch and settings.port != 4566 else ""
    lines = [
        f"Vauban answers at {facts['endpoint']}",
        f"  account      {', '.join(facts['accounts'])}",
        f"  root key     {facts['access_key_id']}",
        f'               eval "$({_program()} credentials{where})"',
        f"  data         {_data(settings)}",
        f"  enforced     {', '.join(enforced(settings))}",
    ]
    if settings.regions or settings.peer:
        lines.append(f"  regions      {_regions(settings)}")
    if not settings.secure:
        lines.append("  not in force TLS: say --tls on before you listen beyond this machine")
    if not isolates():
        lines.append("  not there    functions: this host does not let them be isolated from it")
    elif not memory_groups.bounds():
        lines.append(
            "  not in force the memory of functions: bounded for each of their processes, not for all together"
        )
    if settings.clock == "virtual":
        lines.append("  clock        virtual: `vauban clock advance 90d`")
    return "\n".join(lines)


def endpoint(settings: Settings, port: int) -> str:
    """The URL that clients are to use."""
    scheme = "https" if settings.secure else "http"
    host = settings.host
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}"


def enforced(settings: Settings) -> list[str]:
    """What stands between a caller and a key, in words."""
    audit = "before it is answered" if settings.audit == "strict" else "within 50 ms"
    tls = ["TLS"] if settings.secure else []
    return [*tls, "signatures", "policies", f"every call on the trail ({audit})"] + (
        [] if settings.scratch else ["secrets sealed at rest"]
    )


def sealed_banner(endpoint: str, needs: str) -> str:
    return f"Vauban is sealed at {endpoint}. Open it with `vauban unseal`{f' and the {needs}' if needs else ''}."


def _program() -> str:
    """`vauban` as it was called, so that what is printed can be typed."""
    return sys.argv[0] if Path(sys.argv[0]).name == "vauban" else "vauban"


def _regions(settings: Settings) -> str:
    peers = ", ".join(f"{each.region} at {each.url}" for each in settings.peer)
    return f"{', '.join(settings.regions) or 'all others'}{f'; {peers}' if peers else ''}"


def _data(settings: Settings) -> str:
    return "in memory, gone when this ends" if settings.scratch else str(settings.directory.resolve())
