"""Denials: told to the caller with no more than AWS tells, and kept with all that they stood on."""

from typing import NoReturn

from vauban.gateway.context import CallContext
from vauban.gateway.routes import Route
from vauban.identity.authorization_messages import encode
from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.errors import AccessDeniedException
from vauban.kernel.ids import authorization_id
from vauban.policy import denial_message


def refuse(call: Call, route: Route, decision: Decision, context: CallContext) -> NoReturn:
    """Raises AccessDeniedException, with an authorization ID, or for EC2's protocol with an encoded message."""
    identifier = authorization_id()
    circumstances = {"context": context.known(), "targets": context.targets()}
    if "ec2" in route.service_model.protocols:
        message = (
            f"You are not authorized to perform this operation. {denial_message(call.principal, decision)}. "
            f"Encoded authorization failure message: {encode(call, decision, circumstances['context'])}"
        )
    else:
        message = f"{denial_message(call.principal, decision)} (authorization ID: {identifier})"
    raise AccessDeniedException(decision.message or message, decision, identifier, circumstances)
