"""The ``ssm:`` condition keys that parameters bear.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from collections.abc import Callable

from vauban.kernel.calls import Call
from vauban.kernel.operations import Conditions
from vauban.kernel.resources import Resource


def _flag(operation: str, member: str) -> Callable[[Call, Resource], str | None]:
    """A boolean member of one operation as a condition's text; false where it is left out."""

    def value(call: Call, resource: Resource) -> str | None:
        if call.operation.name != operation:
            return None
        return "true" if call.params.get(member) else "false"

    return value


def _tag(call: Call, resource: Resource, name: str) -> str | None:
    return next((value for key, value in resource.tags.items() if key.lower() == name), None)


CONDITIONS = Conditions(
    exact={
        "ssm:overwrite": _flag("PutParameter", "Overwrite"),
        "ssm:policies": lambda call, _: call.params.get("Policies"),
        "ssm:recursive": _flag("GetParametersByPath", "Recursive"),
    },
    prefixed={"ssm:resourcetag/": _tag},
)
