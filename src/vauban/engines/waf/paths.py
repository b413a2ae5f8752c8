"""Paths made plain: no empty, self-referring or backward parts, but for those that lead out of the beginning."""


def normalize_path(value: bytes) -> bytes:
    """`/a//./b/../c` → `/a/c`; `../` at the beginning of a relative path stays, for nothing stands before it."""
    if b"//" not in value and b"." not in value:
        return value
    rooted = value.startswith(b"/")
    kept: list[bytes] = []
    parts = value.split(b"/")
    for part in parts:
        if part == b".." and kept and kept[-1] != b"..":
            kept.pop()
        elif (part == b".." and not rooted) or part not in (b"", b".", b".."):
            kept.append(part)
    path = b"/".join(kept)
    ended = b"/" if kept and parts[-1] in (b"", b".", b"..") else b""
    return (b"/" if rooted else b"") + path + ended


def normalize_windows_path(value: bytes) -> bytes:
    """Backslashes become slashes first."""
    return normalize_path(value.replace(b"\\", b"/"))
