"""The errors CloudTrail raises, named as in its model.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html and each operation's list.
"""

from vauban.kernel.errors import AwsError


class AccountNotFoundException(AwsError):
    pass


class AccountNotRegisteredException(AwsError):
    pass


class AccountRegisteredException(AwsError):
    pass


class CannotDelegateManagementAccountException(AwsError):
    pass


class CloudTrailARNInvalidException(AwsError):
    pass


class CloudTrailAccessNotEnabledException(AwsError):
    pass


class DelegatedAdminAccountLimitExceededException(AwsError):
    pass


class EventDataStoreARNInvalidException(AwsError):
    pass


class EventDataStoreAlreadyExistsException(AwsError):
    pass


class EventDataStoreMaxLimitExceededException(AwsError):
    pass


class EventDataStoreNotFoundException(AwsError):
    pass


class EventDataStoreTerminationProtectedException(AwsError):
    pass


class InactiveEventDataStoreException(AwsError):
    pass


class InactiveQueryException(AwsError):
    pass


class InsightNotEnabledException(AwsError):
    pass


class InsufficientDependencyServiceAccessPermissionException(AwsError):
    pass


class InvalidDateRangeException(AwsError):
    pass


class InvalidEventDataStoreStatusException(AwsError):
    pass


class InvalidEventSelectorsException(AwsError):
    pass


class InvalidHomeRegionException(AwsError):
    pass


class InvalidLookupAttributesException(AwsError):
    pass


class InvalidNextTokenException(AwsError):
    pass


class InvalidParameterCombinationException(AwsError):
    pass


class InvalidParameterException(AwsError):
    pass


class InvalidQueryStatementException(AwsError):
    pass


class InvalidS3BucketNameException(AwsError):
    pass


class InvalidS3PrefixException(AwsError):
    pass


class InvalidTagParameterException(AwsError):
    pass


class InvalidTimeRangeException(AwsError):
    pass


class InvalidTrailNameException(AwsError):
    pass


class MaxConcurrentQueriesException(AwsError):
    pass


class MaximumNumberOfTrailsExceededException(AwsError):
    pass


class NotOrganizationManagementAccountException(AwsError):
    pass


class NotOrganizationMasterAccountException(AwsError):
    pass


class OrganizationNotInAllFeaturesModeException(AwsError):
    pass


class OrganizationsNotInUseException(AwsError):
    pass


class QueryIdNotFoundException(AwsError):
    pass


class ResourceARNNotValidException(AwsError):
    pass


class ResourceNotFoundException(AwsError):
    pass


class ResourcePolicyNotFoundException(AwsError):
    pass


class ResourcePolicyNotValidException(AwsError):
    pass


class ResourceTypeNotSupportedException(AwsError):
    pass


class TagsLimitExceededException(AwsError):
    pass


class TrailAlreadyExistsException(AwsError):
    pass


class TrailNotFoundException(AwsError):
    pass


class UnsupportedOperationException(AwsError):
    pass
