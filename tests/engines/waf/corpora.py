"""What people send, as lists of bytes: see `corpora/README.md`."""

from pathlib import Path


def corpus(name: str) -> list[bytes]:
    return (Path(__file__).parent / "corpora" / f"{name}.txt").read_bytes().splitlines()
