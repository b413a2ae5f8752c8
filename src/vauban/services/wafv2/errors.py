"""The errors WAF raises, named as in its model, and its own sentences for each.

Source: https://docs.aws.amazon.com/waf/latest/APIReference/API_Operations.html
"""

from vauban.kernel.errors import AwsError

BAD_ARN = (
    "The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by colons or slashes."
)
BAD_FORMAT = "The parameter contains formatting that is not valid."
BAD_SCOPE = "The scope is not valid."
NOT_EXACTLY_ONE = "You have used none or multiple values for a field that requires exactly one value."
TOO_MUCH_CAPACITY = "You exceeded the capacity limit for a rule group or web ACL."


class WAFAssociatedItemException(AwsError):
    def __init__(self) -> None:
        super().__init__(
            "AWS WAF couldn’t perform the operation because your resource is being used by another resource or it’s "
            "associated with another resource."
        )


class WAFDuplicateItemException(AwsError):
    def __init__(self) -> None:
        super().__init__(
            "AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an "
            "existing one."
        )


class WAFInvalidOperationException(AwsError):
    pass


class WAFInvalidParameterException(AwsError):
    pass


class WAFInvalidPermissionPolicyException(AwsError):
    pass


class WAFLimitsExceededException(AwsError):
    def __init__(self, source: str = "") -> None:
        told = {"SourceType": source} if source else {}
        super().__init__("AWS WAF couldn’t perform the operation because you exceeded your resource limit.", **told)


class WAFLogDestinationPermissionIssueException(AwsError):
    pass


class WAFNonexistentItemException(AwsError):
    def __init__(self) -> None:
        super().__init__("AWS WAF couldn’t perform the operation because your resource doesn’t exist.")


class WAFOptimisticLockException(AwsError):
    def __init__(self) -> None:
        super().__init__(
            "AWS WAF couldn’t save your changes because someone changed the resource after you started to edit it. "
            "Reapply your changes."
        )


class WAFUnsupportedAggregateKeyTypeException(AwsError):
    pass


def invalid(field: str, parameter: str, reason: str) -> WAFInvalidParameterException:
    """A request that cannot be carried out, as WAF words it: why, in what kind of setting, and which."""
    told = {"Field": field, "Parameter": parameter or field, "Reason": reason}
    return WAFInvalidParameterException(f"Error reason: {reason}, field: {field}, parameter: {parameter}", **told)
