"""The errors Parameter Store raises, named as in its model, and the sentences several operations share.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and each operation's list.
"""

from vauban.kernel.errors import AwsError


class HierarchyLevelLimitExceededException(AwsError):
    pass


class IncompatiblePolicyException(AwsError):
    pass


class InvalidAllowedPatternException(AwsError):
    pass


class InvalidFilterKey(AwsError):
    pass


class InvalidFilterOption(AwsError):
    pass


class InvalidFilterValue(AwsError):
    pass


class InvalidKeyId(AwsError):
    pass


class InvalidNextToken(AwsError):
    def __init__(self) -> None:
        super().__init__("The specified token isn't valid.")


class InvalidPolicyAttributeException(AwsError):
    pass


class InvalidPolicyTypeException(AwsError):
    pass


class InvalidResourceId(AwsError):
    def __init__(self) -> None:
        super().__init__("The resource ID isn't valid. Verify that you entered the correct ID and try again.")


class InvalidResourceType(AwsError):
    pass


class MalformedResourcePolicyDocumentException(AwsError):
    pass


class ParameterAlreadyExists(AwsError):
    def __init__(self) -> None:
        super().__init__(
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
        )


class ParameterLimitExceeded(AwsError):
    pass


class ParameterMaxVersionLimitExceeded(AwsError):
    pass


class ParameterNotFound(AwsError):
    pass


class ParameterPatternMismatchException(AwsError):
    pass


class ParameterVersionLabelLimitExceeded(AwsError):
    pass


class ParameterVersionNotFound(AwsError):
    pass


class PoliciesLimitExceededException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class ResourcePolicyConflictException(AwsError):
    pass


class ResourcePolicyInvalidParameterException(AwsError):
    pass


class ResourcePolicyLimitExceededException(AwsError):
    pass


class ResourcePolicyNotFoundException(AwsError):
    pass


class ServiceSettingNotFound(AwsError):
    pass


class TooManyTagsError(AwsError):
    pass


def parameter_not_found(name: str) -> ParameterNotFound:
    return ParameterNotFound(f"Parameter {name} not found.")


def version_not_found(version: str | int, name: str) -> ParameterVersionNotFound:
    return ParameterVersionNotFound(
        f"Systems Manager could not find version {version} of {name}. Verify the version and try again."
    )
