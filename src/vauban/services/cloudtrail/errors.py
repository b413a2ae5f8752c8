"""The errors CloudTrail raises, named as in its model.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html and each operation's list.
"""

from vauban.kernel.errors import AwsError


class InvalidLookupAttributesException(AwsError):
    pass


class InvalidNextTokenException(AwsError):
    pass


class InvalidTimeRangeException(AwsError):
    pass


class UnsupportedOperationException(AwsError):
    pass
