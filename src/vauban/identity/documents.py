"""Policy documents as identities keep them."""

from collections.abc import Mapping

from vauban.policy import Policy


def inline_policies(documents: Mapping[str, str]) -> tuple[Policy, ...]:
    """Inline identity policies (name -> document), compiled in order of name."""
    return tuple(Policy.parse(documents[name], name=name, kind="identity") for name in sorted(documents))
