"""BatchGetSecretValue: each secret asked for and decided on by itself; what is refused is told beside the rest."""

from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.errors import AwsError
from vauban.kernel.operations import operation
from vauban.services.secretsmanager.errors import InvalidParameterException
from vauban.services.secretsmanager.filters import every
from vauban.services.secretsmanager.listing import by_age

MOST = 20


@operation("BatchGetSecretValue", also=(("ListSecrets", "Filters"),))
def batch_get_secret_value(
    call: Call,
    secret_id_list: list[str] | None = None,
    filters: list[dict[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> dict[str, Any]:
    if bool(secret_id_list) == bool(filters):
        raise InvalidParameterException("You must include Filters or SecretIdList, but not both.")
    if secret_id_list and (max_results is not None or next_token is not None):
        raise InvalidParameterException("To use MaxResults or NextToken, you must also use Filters.")
    if secret_id_list:
        return _values(call, secret_id_list)
    passes = every(filters or [])
    found, token = by_age(
        call,
        lambda secret: secret.deletion_date is None and passes(secret),
        max_results or MOST,
        next_token,
        f"{filters}",
    )
    told = _values(call, [each.arn for each in found])
    return {**told, "NextToken": token} if token else told


def _values(call: Call, secret_ids: list[str]) -> dict[str, Any]:
    values, errors = [], []
    for secret_id in secret_ids:
        try:
            values.append(call.ask("secretsmanager:GetSecretValue", SecretId=secret_id))
        except AwsError as error:
            errors.append({"SecretId": secret_id, "ErrorCode": error.code, "Message": error.message})
    return {"SecretValues": values, "Errors": errors}
