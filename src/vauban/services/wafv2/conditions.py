"""The ``wafv2:`` condition keys, and how a call bears them.

Source: "Actions, resources, and condition keys for AWS WAF V2", Service Authorization Reference.
"""

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource
from vauban.services.wafv2.logging_configurations import CUSTOMER


def _log_destination(call: Call, _: Resource) -> str | None:
    return next(iter(call.params.get("LoggingConfiguration", {}).get("LogDestinationConfigs", ())), None)


def _log_scope(call: Call, _: Resource) -> str | None:
    if not call.operation.name.endswith(("LoggingConfiguration", "LoggingConfigurations")):
        return None
    return call.params.get("LoggingConfiguration", call.params).get("LogScope", CUSTOMER)


CONDITIONS = Conditions(
    exact={"wafv2:logdestinationresource": _log_destination, "wafv2:logscope": _log_scope}, prefixed={}
)
