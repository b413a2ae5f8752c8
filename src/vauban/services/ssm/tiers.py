"""Tiers: which one a parameter is in, and how much fits.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
"""

from vauban.kernel.calls import Call
from vauban.kernel.errors import ValidationException
from vauban.services.ssm.data_types import ADVANCED_ONLY
from vauban.services.ssm.errors import ParameterLimitExceeded
from vauban.services.ssm.resources import ADVANCED, INTELLIGENT, STANDARD, Parameter
from vauban.services.ssm.service_settings import DEFAULT_TIER, value_of

MOST_BYTES = {STANDARD: 4096, ADVANCED: 8192}
MOST_PARAMETERS = {STANDARD: 10_000, ADVANCED: 100_000}


def tier_of(
    call: Call, existing: Parameter | None, asked: str | None, size: int, data_type: str, has_policies: bool
) -> str:
    """The tier a parameter is put in. ``size`` is its value's, in bytes."""
    if existing is not None and existing.tier == ADVANCED:
        if asked == STANDARD:
            raise ValidationException(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
                "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced "
                "parameter and recreate it as a standard parameter."
            )
        return ADVANCED
    tier = asked or value_of(call, DEFAULT_TIER)
    if tier != INTELLIGENT:
        return tier
    needs_advanced = size > MOST_BYTES[STANDARD] or has_policies or data_type in ADVANCED_ONLY
    return ADVANCED if needs_advanced or (existing is None and _is_full(call, STANDARD)) else STANDARD


def require_fitting(tier: str, size: int, data_type: str, has_policies: bool) -> None:
    """Raises ValidationException for what the tier does not hold."""
    if size > MOST_BYTES[tier]:
        raise ValidationException(
            f"{tier} tier parameters support a maximum parameter value of {MOST_BYTES[tier]} characters."
            + (_UPGRADE if tier == STANDARD else "")
        )
    if tier == STANDARD and has_policies:
        raise ValidationException(
            "Parameter policies are supported only for parameters that use the advanced-parameter tier."
        )
    if tier == STANDARD and data_type in ADVANCED_ONLY:
        raise ValidationException(
            f"The data type {data_type} is supported only for parameters that use the advanced-parameter tier."
        )


_UPGRADE = (
    " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
    "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "parameter-store-advanced-parameters.html"
)


def require_room(call: Call, existing: Parameter | None, tier: str) -> None:
    """Raises ParameterLimitExceeded where the account has as many of the tier as it may."""
    if (existing is None or existing.tier != tier) and _is_full(call, tier):
        raise ParameterLimitExceeded(
            "You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try "
            f"again. The {tier} tier holds {MOST_PARAMETERS[tier]} of them in a Region."
        )


def _is_full(call: Call, tier: str) -> bool:
    return call.store.count(Parameter, index="tier", value=tier) >= MOST_PARAMETERS[tier]
