"""Where the requests that a web ACL inspected are written down, and what is left out.

Source: https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
"""

import re
from dataclasses import dataclass
from typing import Any

from vauban.kernel.calls import Call
from vauban.kernel.decisions import Decision
from vauban.kernel.operations import Evaluate, operation
from vauban.kernel.resources import ANY, Resource
from vauban.services.wafv2.errors import (
    BAD_ARN,
    NOT_EXACTLY_ONE,
    WAFInvalidOperationException,
    WAFLimitsExceededException,
    WAFLogDestinationPermissionIssueException,
    WAFNonexistentItemException,
    invalid,
)
from vauban.services.wafv2.lists import in_order, page
from vauban.services.wafv2.references import first_denial
from vauban.services.wafv2.resolvers import ArnResolver
from vauban.services.wafv2.resources import LogDelivery, LoggingConfiguration, WebACL
from vauban.services.wafv2.scopes import read, require_scope

CUSTOMER = "CUSTOMER"
_LOG_GROUP = re.compile(r"arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:(aws-waf-logs-[\w.#/-]+)(?::\*)?\Z")
_STREAM = re.compile(r"arn:aws[a-z-]*:firehose:([a-z0-9-]+):(\d{12}):deliverystream/(aws-waf-logs-[\w.-]+)\Z")
_BUCKET = re.compile(r"arn:aws[a-z-]*:s3:::aws-waf-logs-[a-z0-9.-]+(?:/[\w!.*'()/-]*)?\Z")
_REDACTABLE = {"UriPath", "QueryString", "SingleHeader", "Method"}


@dataclass(frozen=True)
class ConfiguredResolver(ArnResolver):
    """The web ACL that the configuration to be put is of."""

    def text(self, call: Call) -> str:
        return call.params["LoggingConfiguration"]["ResourceArn"]


a_logged = ArnResolver("ResourceArn", (WebACL,))


def may_log(call: Call, resources: tuple[Resource, ...], evaluate: Evaluate) -> Decision:
    """To configure the web ACL, and to have a service write logs in one's name."""
    (web_acl,) = resources
    questions = [("wafv2:PutLoggingConfiguration", web_acl), ("logs:CreateLogDelivery", ANY)]
    return first_denial(questions, evaluate)


@operation("PutLoggingConfiguration", on=ConfiguredResolver("LoggingConfiguration", (WebACL,)), decide=may_log)
def put_logging_configuration(call: Call, web_acl: WebACL, logging_configuration: dict[str, Any]) -> dict[str, Any]:
    (destination, *more) = logging_configuration["LogDestinationConfigs"]
    if more:
        raise WAFLimitsExceededException("LOG_DESTINATION")
    _require_destination(call, destination)
    _require_own(logging_configuration)
    _require_redactable(logging_configuration.get("RedactedFields", ()))
    _require_conditions(logging_configuration.get("LoggingFilter", {}))
    defaults = {"ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": CUSTOMER}
    kept = LoggingConfiguration(web_acl.arn, call.account, call.region, {**defaults, **logging_configuration})
    call.store.put(kept)
    call.store.put(LogDelivery(web_acl.arn, call.account, call.region, destination))
    return {"LoggingConfiguration": kept.settings}


@operation("GetLoggingConfiguration", on=a_logged)
def get_logging_configuration(
    call: Call, web_acl: WebACL, log_type: str = "WAF_LOGS", log_scope: str = CUSTOMER
) -> dict[str, Any]:
    return {"LoggingConfiguration": _configured(call, web_acl, log_type, log_scope).settings}


@operation("DeleteLoggingConfiguration", on=a_logged)
def delete_logging_configuration(
    call: Call, web_acl: WebACL, log_type: str = "WAF_LOGS", log_scope: str = CUSTOMER
) -> None:
    _configured(call, web_acl, log_type, log_scope)
    end_logging(call, web_acl)


@operation("ListLoggingConfigurations")
def list_logging_configurations(
    call: Call, scope: str, next_marker: str | None = None, limit: int | None = None, log_scope: str = CUSTOMER
) -> dict[str, Any]:
    require_scope(call, scope)
    kept = [each for each in call.store.list(LoggingConfiguration) if each.settings["LogScope"] == log_scope]
    named = [(read(each.web_acl_arn), each.settings) for each in kept]
    entries = in_order((each.name, settings) for each, settings in named if each.scope == scope)
    return page(call, "LoggingConfigurations", entries, limit, next_marker, of=f"{scope} {log_scope}")


def end_logging(call: Call, web_acl: WebACL) -> None:
    """Of a web ACL that is deleted, or whose configuration is."""
    for configuration in call.store.list(LoggingConfiguration, index="web_acl", value=web_acl.arn):
        call.store.delete(configuration)
    delivery = call.store.get(LogDelivery, web_acl.arn)
    if delivery is not None:
        call.store.delete(delivery)


def _configured(call: Call, web_acl: WebACL, log_type: str, log_scope: str) -> LoggingConfiguration:
    found = call.store.get(LoggingConfiguration, f"{web_acl.arn} {log_scope}")
    if found is None or found.settings["LogType"] != log_type:
        raise WAFNonexistentItemException
    return found


def _require_destination(call: Call, text: str) -> None:
    """One that WAF writes to, in the web ACL's Region, and there. Raises WAFInvalidParameterException and others."""
    for pattern in (_LOG_GROUP, _STREAM):
        matched = pattern.match(text)
        if matched is not None and matched[1] == call.region:
            if pattern is _LOG_GROUP:
                _require_log_group(call, matched[2], matched[3])
            return
    if _BUCKET.match(text) is None:
        raise invalid("LOG_DESTINATION", text, BAD_ARN)


def _require_log_group(call: Call, account: str, name: str) -> None:
    if account != call.account:
        raise WAFLogDestinationPermissionIssueException("The log group must be one of the web ACL's account.")
    found = call.ask("logs:DescribeLogGroups", logGroupNamePrefix=name)["logGroups"]
    if all(each["logGroupName"] != name for each in found):
        raise WAFNonexistentItemException


def _require_own(configuration: dict[str, Any]) -> None:
    """The other scopes are of services that manage configurations, as Firewall Manager does."""
    if configuration.get("LogScope", CUSTOMER) != CUSTOMER or configuration.get("ManagedByFirewallManager"):
        raise WAFInvalidOperationException("The logging configurations that you manage have the log scope CUSTOMER.")


def _require_redactable(fields: list[dict[str, Any]] | tuple[()]) -> None:
    for field in fields:
        if len(field) != 1:
            raise invalid("FIELD_TO_MATCH", "FieldToMatch", NOT_EXACTLY_ONE)
        (kind,) = field
        if kind not in _REDACTABLE:
            raise invalid("FIELD_TO_MATCH", kind, "The field cannot be redacted.")


def _require_conditions(logging_filter: dict[str, Any]) -> None:
    for each in logging_filter.get("Filters", ()):
        for condition in each["Conditions"]:
            if len(condition) != 1:
                raise invalid("FILTER_CONDITION", "Condition", NOT_EXACTLY_ONE)
