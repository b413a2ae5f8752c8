"""Documents refused: the reasons, in AWS's words."""

SYNTAX = "Syntax errors in policy."
VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


class MalformedPolicy(ValueError):
    """A document that AWS would refuse; the message is the reason, in AWS's words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class OversizedPolicy(MalformedPolicy):
    """A document longer than its kind may be."""

    def __init__(self, limit: int):
        super().__init__(f"Cannot exceed quota for PolicySize: {limit}")
        self.limit = limit


def require(condition: bool, reason: str = SYNTAX) -> None:
    """Raises MalformedPolicy unless ``condition``."""
    if not condition:
        raise MalformedPolicy(reason)
