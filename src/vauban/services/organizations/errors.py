"""The errors that Organizations raises, named as in its model, with what it says of each.

Source: the documentation of each exception, and of each of its reasons, in AWS's model.
"""

from collections.abc import Mapping
from typing import ClassVar

from vauban.kernel.errors import AwsError, ValidationException


class Told(AwsError):
    """An error that is always told alike."""

    told: ClassVar[str]

    def __init__(self, message: str = ""):
        super().__init__(message or self.told)


class Reasoned(AwsError):
    """An error with a reason, which is a member of its own."""

    told: ClassVar[Mapping[str, str]]

    def __init__(self, reason: str, message: str = ""):
        super().__init__(message or self.told[reason], Reason=reason)


class AWSOrganizationsNotInUseException(Told):
    told = "Your account is not a member of an organization."


class AccountAlreadyClosedException(Told):
    told = "You attempted to close an account that is already closed."


class AccountAlreadyRegisteredException(Told):
    told = "The provided account is already a delegated administrator for your organization."


class AccountNotFoundException(Told):
    told = "You specified an account that doesn't exist."


class AccountNotRegisteredException(Told):
    told = "The provided account is not a registered delegated administrator for your organization."


class AlreadyInOrganizationException(Told):
    told = "The AWS account is already a member of an organization."


class ChildNotFoundException(Told):
    told = "You specified a child that doesn't exist."


class CreateAccountStatusNotFoundException(Told):
    told = "You specified a create account request that doesn't exist."


class DestinationParentNotFoundException(Told):
    told = "You specified a destination parent that doesn't exist."


class DuplicateAccountException(Told):
    told = "The account is already in the specified destination."


class DuplicateHandshakeException(Told):
    told = "A handshake with the same action and target already exists."


class DuplicateOrganizationalUnitException(Told):
    told = "An OU with the same name already exists."


class DuplicatePolicyAttachmentException(Told):
    told = "The selected policy is already attached to the specified target."


class DuplicatePolicyException(Told):
    told = "A policy with the same name already exists."


class EffectivePolicyNotFoundException(Told):
    told = "The account doesn't have an effective policy of this type."


class HandshakeAlreadyInStateException(Told):
    told = "The specified handshake is already in the requested state."


class HandshakeNotFoundException(Told):
    told = "You specified a handshake that doesn't exist."


class InvalidHandshakeTransitionException(Told):
    told = "You can't perform the operation on the handshake in its current state."


class MalformedPolicyDocumentException(Told):
    told = "The provided policy document does not meet the requirements of the specified policy type."


class MasterCannotLeaveOrganizationException(Told):
    told = "You can't remove a management account from an organization."


class OrganizationNotEmptyException(Told):
    told = "To delete an organization you must first remove all member accounts (except the management account)."


class OrganizationalUnitNotEmptyException(Told):
    told = "The specified OU is not empty. Move all accounts and child OUs out of it first."


class OrganizationalUnitNotFoundException(Told):
    told = "You specified an organizational unit that doesn't exist."


class ParentNotFoundException(Told):
    told = "You specified a parent that doesn't exist."


class PolicyInUseException(Told):
    told = "The policy is attached to one or more entities. Detach it from all roots, OUs, and accounts first."


class PolicyNotAttachedException(Told):
    told = "The policy isn't attached to the specified target."


class PolicyNotFoundException(Told):
    told = "You specified a policy that doesn't exist."


class PolicyTypeAlreadyEnabledException(Told):
    told = "The specified policy type is already enabled."


class PolicyTypeNotAvailableForOrganizationException(Told):
    told = "The specified policy type isn't available with the features that are enabled for this organization."


class PolicyTypeNotEnabledException(Told):
    told = "This operation can be performed only for enabled policy types."


class ResourcePolicyNotFoundException(Told):
    told = "The organization has no resource policy."


class RootNotFoundException(Told):
    told = "You specified a root that doesn't exist."


class SourceParentNotFoundException(Told):
    told = "You specified a source parent that doesn't exist."


class TargetNotFoundException(Told):
    told = "You specified a target that doesn't exist."


class ConstraintViolationException(Reasoned):
    told: ClassVar = {
        "ACCOUNT_NUMBER_LIMIT_EXCEEDED": "You have exceeded the allowed number of AWS accounts.",
        "CANNOT_CLOSE_MANAGEMENT_ACCOUNT": "You can't close the management account of an organization.",
        "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR": (
            "You cannot register master account/yourself as delegated administrator for your organization."
        ),
        "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR": (
            "You cannot register a suspended account as a delegated administrator."
        ),
        "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG": (
            "You cannot remove an account that is a delegated administrator: deregister it first."
        ),
        "CLOSE_ACCOUNT_QUOTA_EXCEEDED": "You have exceeded close account quota for the past 30 days.",
        "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED": (
            "You have attached the maximum number of policies to the specified target."
        ),
        "MAX_TAG_LIMIT_EXCEEDED": "You have exceeded the number of tags allowed on this resource.",
        "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED": (
            "You cannot remove the last policy attached to the specified target. "
            "You must have at least one attached at all times."
        ),
        "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE": (
            "Your organization must have all features enabled to perform this operation."
        ),
        "OU_DEPTH_LIMIT_EXCEEDED": "You have exceeded the allowed depth of the OU tree.",
        "OU_NUMBER_LIMIT_EXCEEDED": "You have exceeded the number of OUs that you can have in an organization.",
        "POLICY_CONTENT_LIMIT_EXCEEDED": "You have exceeded the allowed size of the policy content.",
        "POLICY_NUMBER_LIMIT_EXCEEDED": "You have exceeded the number of policies that you can have.",
        "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE": "Disable the service's policy type before you disable its access.",
        "SERVICE_ACCESS_NOT_ENABLED": "Call EnableAWSServiceAccess for the service first.",
    }


class AccessDeniedForDependencyException(Reasoned):
    told: ClassVar = {
        "ACCESS_DENIED_DURING_CREATE_SERVICE_LINKED_ROLE": (
            "The request failed because your credentials do not have permission to create the service-linked role "
            "required by AWS Organizations."
        ),
    }


class HandshakeConstraintViolationException(Reasoned):
    told: ClassVar = {
        "ACCOUNT_NUMBER_LIMIT_EXCEEDED": "You have exceeded the allowed number of AWS accounts.",
        "ALREADY_IN_AN_ORGANIZATION": "The invited account is already a member of an organization.",
        "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES": (
            "You can't invite accounts while the organization is in the process of enabling all features."
        ),
        "ORGANIZATION_ALREADY_HAS_ALL_FEATURES": "The organization has already enabled all features.",
        "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION": (
            "The organization has already started the process to enable all features."
        ),
    }


class InvalidInputException(Reasoned):
    told: ClassVar = {
        "DUPLICATE_TAG_KEY": "Tag keys must be unique among the tags attached to the same entity.",
        "IMMUTABLE_POLICY": "You specified a policy that is managed by AWS and can't be modified.",
        "INPUT_REQUIRED": "You must include a value for all required parameters.",
        "INVALID_EMAIL_ADDRESS_TARGET": "You specified an invalid email address for the invited account owner.",
        "INVALID_ENUM": "You specified an invalid value.",
        "INVALID_NEXT_TOKEN": (
            "Get the value for the NextToken parameter from the response to a previous call of the operation."
        ),
        "INVALID_PARTY_TYPE_TARGET": "You specified the wrong type of entity as a party.",
        "INVALID_PATTERN": "You provided a value that does not match the required pattern.",
        "INVALID_PRINCIPAL": "You specified an invalid principal element in the policy.",
        "INVALID_RESOURCE_POLICY_JSON": "The content of the resource policy is not valid.",
        "INVALID_ROLE_NAME": (
            "You provided a role name that isn't valid. A role name can't begin with the reserved prefix "
            "AWSServiceRoleFor."
        ),
        "INVALID_SYSTEM_TAGS_PARAMETER": "You specified a tag key that is a system tag.",
        "MAX_LENGTH_EXCEEDED": "You provided a string parameter that is longer than allowed.",
        "MAX_LIMIT_EXCEEDED_FILTER": "You can specify only one filter parameter for the operation.",
        "MAX_VALUE_EXCEEDED": "You provided a numeric parameter that has a larger value than allowed.",
        "MIN_LENGTH_EXCEEDED": "You provided a string parameter that is shorter than allowed.",
        "MIN_VALUE_EXCEEDED": "You provided a numeric parameter that has a smaller value than allowed.",
        "NON_DETACHABLE_POLICY": "You can't detach this AWS managed policy.",
        "TARGET_NOT_SUPPORTED": "You can't perform the specified operation on that target entity.",
        "UNRECOGNIZED_SERVICE_PRINCIPAL": "You specified an unrecognized service principal.",
        "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY": "You specified an action that a resource policy can't have.",
    }


_REASONS = (
    ("Member must not be null", "INPUT_REQUIRED"),
    ("regular expression pattern", "INVALID_PATTERN"),
    ("enum value set", "INVALID_ENUM"),
    ("have length less than", "MAX_LENGTH_EXCEEDED"),
    ("have length greater than", "MIN_LENGTH_EXCEEDED"),
    ("have value less than", "MAX_VALUE_EXCEEDED"),
    ("have value greater than", "MIN_VALUE_EXCEEDED"),
)


def as_invalid_input(error: ValidationException) -> InvalidInputException:
    """What is not as the model has it, as Organizations says it: with the reason of what was found first."""
    found = [(error.message.index(words), reason) for words, reason in _REASONS if words in error.message]
    return InvalidInputException(min(found)[1] if found else "INVALID_PATTERN")
