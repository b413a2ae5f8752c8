"""Each call as the trail keeps it: redacted by the model, whether it was answered, refused or failed."""

from typing import Any

from vauban.gateway.callers import Caller, trail_identity
from vauban.gateway.routes import Route
from vauban.kernel.calls import Call, ServiceCall
from vauban.kernel.errors import AccessDeniedException, AwsError
from vauban.kernel.events import AuditEvent
from vauban.kernel.operations import ServiceEvent


def answered(call: Call, caller: Caller, route: Route, result: dict[str, Any] | None) -> tuple[AuditEvent, ...]:
    """The audit event of a call that was answered; one in each account where caller and owner differ."""
    kept = route.redact_result(result) if route.keep_result and result else None
    event = _event(call, call.account, caller, route, kept)
    if call.account == call.principal.account or not call.principal.account:
        return (event,)
    return (event, _event(call, call.principal.account, caller, route, kept))


def refused(call: Call, caller: Caller, route: Route, error: AwsError) -> AuditEvent:
    """The audit event of a call that ended in an error; a denial keeps its decision, for `vauban explain`."""
    event = _event(call, call.principal.account or _owner(call), caller, route, None)
    event.error_code = error.code
    event.error_message = error.message
    if isinstance(error, AccessDeniedException) and error.decision is not None:
        event.error_code = route.denial_code
        event.authorization_id = error.authorization_id
        event.decision = {**error.decision.explain(), **error.circumstances}
    return event


def _owner(call: Call) -> str:
    """The account in whose trail a call stands whose caller is of none."""
    return next((each.account for each in call.resources if each.account), call.account)


def done(call: ServiceCall, event: ServiceEvent) -> AuditEvent:
    """The audit event of what a service did by itself."""
    return AuditEvent(
        time=call.time,
        request_id=call.request_id,
        service=call.service,
        operation=event.name,
        account=event.account or call.account,
        region=call.region,
        principal=trail_identity(call.principal),
        source_ip=call.request.source_ip,
        user_agent=call.request.source_ip,
        tls="",
        read_only=False,
        params=None,
        result=event.details,
        resources=event.resources,
        event_type="AwsServiceEvent",
    )


def _event(call: Call, account: str, caller: Caller, route: Route, result: dict[str, Any] | None) -> AuditEvent:
    request = call.request
    resources = []
    for each in call.resources:
        if each.cloudtrail_type:
            resources.append((each.arn, each.cloudtrail_type, each.account))  # noqa: PERF401 - see attempts.perform
    return AuditEvent(
        call.time,
        call.request_id,
        call.service,
        route.operation.name,
        account,
        call.region,
        caller.trail_identity,
        request.source_ip,
        request.headers.get("user-agent", ""),
        request.tls,
        route.read_only,
        route.redact_params(call.params),
        result,
        resources=resources,
        invoked_by=call.via[-1] if call.via else None,
        session=caller.trail_session,
        host=request.headers.get("host") if request.tls else None,
    )
