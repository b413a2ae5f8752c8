"""Why a web ACL, a rule or a set is not one, in the words of AWS WAF's exceptions."""


class Refusal(Exception):
    """What all of them are; `name` is AWS's exception."""

    name = ""


class InvalidParameter(Refusal):
    """`WAFInvalidParameterException`, with its three members."""

    name = "WAFInvalidParameterException"

    def __init__(self, field: str, parameter: str, reason: str) -> None:
        super().__init__(f"Error reason: {reason}, field: {field}, parameter: {parameter}")
        self.field, self.parameter, self.reason = field, parameter, reason


class LimitExceeded(Refusal):
    """`WAFLimitsExceededException`."""

    name = "WAFLimitsExceededException"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "AWS WAF couldn’t perform the operation because you exceeded your resource limit. For example, "
            "the maximum number of WebACL objects that you can create for an AWS account."
        )


class Nonexistent(Refusal):
    """`WAFNonexistentItemException`: a rule names what is not there."""

    name = "WAFNonexistentItemException"

    def __init__(self) -> None:
        super().__init__("AWS WAF couldn’t perform the operation because your resource doesn’t exist.")
