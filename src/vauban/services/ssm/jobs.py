"""What Parameter Store does by the clock: parameter policies."""

from vauban.kernel.calls import Call
from vauban.kernel.operations import ServiceEvent, when_due
from vauban.kernel.records import replace
from vauban.services.ssm.changes import announce_policy, forget
from vauban.services.ssm.policies import EXPIRATION
from vauban.services.ssm.resources import CLOUDTRAIL_TYPE, Parameter, ParameterPolicy

REASONS = {
    EXPIRATION: "The parameter has expired.",
    "ExpirationNotification": "The parameter is about to expire.",
    "NoChangeNotification": "The parameter has not been changed for the time that the policy says.",
}


@when_due(Parameter)
def enforce(call: Call, parameter: Parameter) -> ServiceEvent | None:
    """Tell of each policy whose time has come; in the end delete the parameter, where one says so."""
    due = [each for each in parameter.policies if each.status == "Pending" and each.at <= call.now]
    for policy in due:
        announce_policy(call, parameter, policy, REASONS[policy.type])
    if any(policy.type == EXPIRATION for policy in due):
        forget(call, parameter)
        resources = ((parameter.arn, CLOUDTRAIL_TYPE, parameter.account),)
        return ServiceEvent("DeleteExpiredParameter", resources, {"name": parameter.name})
    done = tuple(_finished(each, due) for each in parameter.policies)
    call.store.put(replace(parameter, policies=done))
    return None


def _finished(policy: ParameterPolicy, due: list[ParameterPolicy]) -> ParameterPolicy:
    return replace(policy, status="Finished") if policy in due else policy
