"""Amazon SNS: topics, and what is published to them brought to queues and to endpoints outside.

Read ``resources`` (what is kept) first; ``publishing`` takes messages, ``fan_out`` hands them to subscriptions.
"""

from vauban.kernel.errors import AwsError, UnsupportedParameter, ValidationException
from vauban.kernel.operations import Service
from vauban.services.sns import (
    confirmations,
    deliveries,
    encryption,
    fan_out,
    functions,
    policies,
    publishing,
    queues,
    statuses,
    subscriptions,
    tags,
    topics,
)
from vauban.services.sns.errors import InvalidParameterException


def worded(error: ValidationException) -> AwsError:
    """SNS's word for a request that is not as its model has it."""
    return InvalidParameterException(
        error.message if type(error) is UnsupportedParameter else f"Invalid parameter: {error}"
    )


SERVICE = Service(
    "sns",
    topics,
    policies,
    tags,
    subscriptions,
    confirmations,
    publishing,
    fan_out,
    deliveries,
    encryption,
    functions,
    queues,
    statuses,
    conditions=statuses.CONDITIONS,
    wording=worded,
    denial="AuthorizationError",
)
